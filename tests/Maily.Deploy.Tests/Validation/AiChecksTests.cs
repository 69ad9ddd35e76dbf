using System.Net;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Http;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Validation;

public sealed class AiChecksTests
{
    static readonly Variables Keys = new([
        new("OPENAI_API_KEY", "sk-proj-Zq7secret", "test"), new("ANTHROPIC_API_KEY", "sk-ant-Zq7secret", "test"), new("GOOGLE_AI_API_KEY", "AIzaZq7secret", "test"),
        new("OPENAI_BASE_URL", "http://127.0.0.1:4711/v1/", "test"),
    ]);

    [Fact]
    public async Task Accepted_keys_pass_and_never_stand_in_an_address()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, "{}"));

        (await RunAsync(handler, Keys)).Lines.ShouldAllBe(line => line.Result.Outcome == CheckOutcome.Passed);

        handler.Requests.Order().ShouldBe([
            "GET http://127.0.0.1:4711/v1/models", "GET https://api.anthropic.com/v1/models", "GET https://generativelanguage.googleapis.com/v1beta/models",
        ]);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task A_refusal_that_quotes_the_key_is_not_shown(HttpStatusCode status)
    {
        using var handler = RecordedHandler.Answering((status, """{"error":{"message":"Incorrect API key provided: sk-proj-****cret"}}"""));

        var report = await RunAsync(handler, Keys);

        report.Faults.Length.ShouldBe(3);
        string.Join('\n', report.Lines).ShouldNotContain("cret");
    }

    [Fact]
    public async Task A_missing_key_is_not_checked_twice()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, "{}"));

        (await RunAsync(handler, new Variables([]))).Lines.ShouldAllBe(line => line.Result.Outcome == CheckOutcome.NotChecked);

        handler.Requests.ShouldBeEmpty();
    }

    static Task<CheckReport> RunAsync(HttpMessageHandler handler, Variables variables) =>
        new CheckRunner(TimeProvider.System).RunAsync(
            AiChecks.For(variables, HttpClients.Over(handler), TimeProvider.System, new FarSideOptions { Tries = 2, Pause = TimeSpan.FromMilliseconds(1) }),
            ["DeployAiServices"], TestContext.Current.CancellationToken);
}
