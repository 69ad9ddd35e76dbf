using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Http;

public sealed class FarSideClientTests
{
    static readonly FarSideOptions Quick = new() { Pause = TimeSpan.FromMilliseconds(1), TryTimeout = TimeSpan.FromMilliseconds(200) };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.BadGateway)]
    public async Task A_read_is_repeated_until_it_succeeds(HttpStatusCode first)
    {
        using var handler = RecordedHandler.Answering((first, ""), (HttpStatusCode.OK, "done"));

        (await ClientOver(handler).ReadAsync(Get, Token)).Body.ShouldBe("done");

        handler.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_read_is_not_repeated()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.Forbidden, ""));

        (await ClientOver(handler).ReadAsync(Get, Token)).Status.ShouldBe(HttpStatusCode.Forbidden);

        handler.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_change_is_sent_once_even_when_the_far_side_breaks()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.InternalServerError, ""));

        (await ClientOver(handler).ChangeOnceAsync(Permit(TimeSpan.FromMinutes(1)), Get, Token)).Status.ShouldBe(HttpStatusCode.InternalServerError);

        handler.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_to_a_change_is_an_error_and_no_second_request()
    {
        using var handler = new RecordedHandler(_ => throw new HttpRequestException("connection reset"));

        await Should.ThrowAsync<FarSideSilentException>(() => ClientOver(handler).ChangeOnceAsync(Permit(TimeSpan.FromMinutes(1)), Get, Token));

        handler.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_lease_has_ended()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, ""));

        await Should.ThrowAsync<PermitExpiredException>(() => ClientOver(handler).ChangeOnceAsync(Permit(TimeSpan.Zero), Get, Token));
        await Should.ThrowAsync<PermitExpiredException>(() => ClientOver(handler).ChangeIdempotentlyAsync(Permit(TimeSpan.Zero), Get, Token));

        handler.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_does_not_outlive_its_lease()
    {
        using var handler = new SilentHandler();
        var time = new FakeTimeProvider();
        var client = new FarSideClient("Vercel", HttpClients.Over(handler), time, new FarSideOptions { TryTimeout = TimeSpan.FromMinutes(5) }, []);
        var change = client.ChangeOnceAsync(new ChangePermit(DeploymentId.Create(time, "0123456"), new StepId("A", "b"), 1, time, () => time.Start.AddSeconds(3) - time.GetUtcNow()), Get, Token);
        change.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(3));

        (await Should.ThrowAsync<PermitExpiredException>(() => change)).Evidence.ShouldNotBeNull().ShouldContain("broken off");
    }

    [Fact]
    public async Task Errors_never_show_the_key()
    {
        using var handler = new RecordedHandler(_ => throw new HttpRequestException("cannot reach https://hooks/services/T0/B0/very-secret-part"));
        var client = new FarSideClient("Slack", HttpClients.Over(handler), TimeProvider.System, Quick with { Tries = 2 }, new Secret("very-secret-part"));

        var error = await Should.ThrowAsync<FarSideSilentException>(() => client.ReadAsync(() => new HttpRequestMessage(HttpMethod.Post, "https://hooks/services/T0/B0/very-secret-part"), Token));

        error.Message.ShouldNotContain("very-secret-part");
        error.Message.ShouldContain("***");
    }

    static FarSideClient ClientOver(HttpMessageHandler handler) => new("Vercel", HttpClients.Over(handler), TimeProvider.System, Quick, []);

    static HttpRequestMessage Get() => new(HttpMethod.Get, "https://api.example/x");

    static ChangePermit Permit(TimeSpan left)
    {
        var end = TimeProvider.System.GetUtcNow() + left;
        return new ChangePermit(DeploymentId.Create(TimeProvider.System, "0123456"), new StepId("StageVercel", "frontend"), 1, TimeProvider.System, () => end - TimeProvider.System.GetUtcNow());
    }

    sealed class SilentHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new HttpResponseMessage();
        }
    }
}
