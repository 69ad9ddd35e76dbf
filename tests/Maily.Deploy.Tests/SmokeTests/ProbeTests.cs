using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Maily.Deploy.SmokeTests;
using Maily.Deploy.Tests.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.SmokeTests;

public sealed class ProbeTests
{
    static readonly DeploymentContext Context = new()
    {
        Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "production", Commit = "0123456789abcdef0123456789abcdef01234567",
        Log = NullLogger.Instance, Time = TimeProvider.System, Folder = "/x",
    };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_is_repeated_until_it_passes()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.BadGateway, ""), (HttpStatusCode.OK, "starting"), (HttpStatusCode.OK, "ready"));

        var step = await PlanAsync(handler, new HttpProbe("api", "https://${HOST}/health") { Text = "ready" });

        (await step.ApplyAsync(Step, Token))["result"].ShouldBe("passed");
        handler.Requests.ShouldBe(Enumerable.Repeat("GET https://api.maily.example/health", 3));
    }

    [Fact]
    public async Task A_probe_that_never_passes_shows_status_and_beginning_of_the_body_without_secrets()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.InternalServerError, "db password hunter22 refused " + new string('x', 400)));

        var step = await PlanAsync(handler, new HttpProbe("api", "https://${HOST}/health"));
        var error = await Should.ThrowAsync<ProbeFailedException>(() => step.ApplyAsync(Step, Token));

        error.Probe.ShouldBe("api");
        error.Fact.ShouldContain("status 500 instead of 200");
        error.Evidence.ShouldBe($"status 500: db password *** refused {new string('x', 300 - "db password *** refused ".Length)} ...");
    }

    [Theory]
    [InlineData("""{"checks":{"db":"ok"},"commit":"0123456789abcdef0123456789abcdef01234567"}""", true)]
    [InlineData("""{"checks":{"db":"ok"},"commit":"older"}""", false)]
    [InlineData("""{"checks":"ok"}""", false)]
    [InlineData("<html>", false)]
    public async Task Json_properties_are_compared_with_what_is_deployed(string body, bool passes)
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, body));
        var probe = new HttpProbe("version", "https://${HOST}/version")
        {
            Json = ImmutableSortedDictionary<string, string>.Empty.Add("checks.db", "ok").Add("commit", "${COMMIT}"),
        };

        var run = (await PlanAsync(handler, probe)).ApplyAsync(Step, Token);

        if (passes)
            await run;
        else
            await Should.ThrowAsync<ProbeFailedException>(() => run);
    }

    [Fact]
    public async Task The_host_header_can_be_another_than_the_address()
    {
        string? host = null;
        using var handler = new RecordedHandler(request =>
        {
            host = request.Headers.Host + " " + request.Headers.GetValues("x-vercel-protection-bypass").Single();
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        var probe = new HttpProbe("web", "http://127.0.0.1:4711/")
        {
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("Host", "${HOST}").Add("x-vercel-protection-bypass", "${PASSWORD}"),
        };

        await (await PlanAsync(handler, probe)).ApplyAsync(Step, Token);

        host.ShouldBe("api.maily.example hunter22");
    }

    [Fact]
    public async Task A_probe_with_an_unknown_variable_is_refused_before_anything_is_asked()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, ""));

        await Should.ThrowAsync<MissingVariableException>(() => PlanAsync(handler, new HttpProbe("api", "https://${UNKNOWN}/")));

        handler.Requests.ShouldBeEmpty();
    }

    static StepContext Step { get; } = new(Context, new ChangePermit(Context.Id, new StepId("SmokeTest", "api"), 1, TimeProvider.System, () => TimeSpan.MaxValue));

    static async Task<Step> PlanAsync(HttpMessageHandler handler, ProbeSpec probe) => (await new SmokeTestStage(new SmokeTestOptions
    {
        Probes = [probe],
        Variables = new Variables([new("HOST", "api.maily.example", "test"), new("PASSWORD", "hunter22", "test")]),
        Http = HttpClients.Over(handler),
        Redactor = new SecretRedactor([new Secret("hunter22")]),
        Timeout = TimeSpan.FromSeconds(1),
        Pause = TimeSpan.FromMilliseconds(20),
    }).PlanAsync(Context, Token)).Single();
}
