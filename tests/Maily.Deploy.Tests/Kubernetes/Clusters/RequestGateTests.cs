using System.Net;
using System.Net.Http.Headers;
using Maily.Deploy.Kubernetes.Clusters;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Kubernetes.Clusters;

public sealed class RequestGateTests
{
    readonly FakeTimeProvider time = new();
    readonly RequestGate gate;
    readonly Lock counting = new();
    int running;
    int most;

    public RequestGateTests() => gate = new(4, time);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_more_requests_than_allowed_are_under_way()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(HttpStatusCode.OK)));

        most.ShouldBe(4);
    }

    [Fact]
    public async Task A_busy_cluster_gets_fewer_at_once_and_more_again_as_it_answers()
    {
        await SendAsync(HttpStatusCode.TooManyRequests);
        await SendAsync(HttpStatusCode.TooManyRequests);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SendAsync(HttpStatusCode.OK)));
        var busy = most;
        most = 0;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SendAsync(HttpStatusCode.OK)));

        busy.ShouldBe(1);
        most.ShouldBe(4);
    }

    [Fact]
    public async Task Nobody_comes_in_before_the_time_that_it_asked_for()
    {
        await SendAsync(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(30));
        var sent = 0;
        var next = gate.PassAsync(() =>
        {
            sent++;
            return AnswerAsync(HttpStatusCode.OK, null);
        }, Token);

        time.Advance(TimeSpan.FromSeconds(29));
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        sent.ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(1));
        await next.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Token);
        sent.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_waits_can_be_cancelled()
    {
        await SendAsync(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(50));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(gate.PassAsync(() => AnswerAsync(HttpStatusCode.OK, null), soon.Token));
    }

    Task<HttpResponseMessage> SendAsync(HttpStatusCode status, TimeSpan? pause = null) => gate.PassAsync(() => AnswerAsync(status, pause), Token);

    async Task<HttpResponseMessage> AnswerAsync(HttpStatusCode status, TimeSpan? pause)
    {
        lock (counting)
            most = Math.Max(most, ++running);
        await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        lock (counting)
            running--;
        var answer = new HttpResponseMessage(status);
        answer.Headers.RetryAfter = pause is { } asked ? new RetryConditionHeaderValue(asked) : null;
        return answer;
    }
}
