using System.Net;
using Maily.Deploy.AiServices.Routing;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Http;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.AiServices.Routing;

public sealed class RoutingChecksTests : IDisposable
{
    readonly string file = Path.Combine(Directory.CreateTempSubdirectory("maily-routing-").FullName, "routing.yaml");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    [Fact]
    public async Task Models_that_the_providers_list_pass_on_whatever_page_they_stand()
    {
        using var handler = RecordedHandler.Answering(
            (HttpStatusCode.OK, """{"data":[{"id":"one"}],"has_more":true,"last_id":"one"}"""), (HttpStatusCode.OK, """{"data":[{"id":"two"}],"has_more":false}"""));

        var result = await RunAsync(handler, "tasks: { a: { models: [anthropic/one, anthropic/two] } }", "ANTHROPIC_API_KEY");

        result.Outcome.ShouldBe(CheckOutcome.Passed, result.Fact);
        handler.Requests.Last().ShouldEndWith("/v1/models?after_id=one");
    }

    [Fact]
    public async Task Every_unknown_model_is_named_with_those_that_come_nearest()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, """{"models":[{"name":"models/gemini-2.5-pro"},{"name":"models/text-embedding"},{"name":"models/gemini-2.5-flash"}]}"""));

        var result = await RunAsync(handler, "tasks: { a: { models: [google/gemini-2.5-pro, google/gemini-3] }, b: { models: [google/gpt] } }", "GOOGLE_AI_API_KEY");

        result.Outcome.ShouldBe(CheckOutcome.Failed);
        result.Fact.ShouldBe("routing.yaml: tasks.a.models[1]: Google AI has no gemini-3 for this key; it has gemini-2.5-flash, gemini-2.5-pro, text-embedding; "
            + "tasks.b.models[0]: Google AI has no gpt for this key; it has gemini-2.5-flash, gemini-2.5-pro, text-embedding");
    }

    [Fact]
    public async Task A_malformed_file_fails_with_all_its_faults()
    {
        using var handler = RecordedHandler.Answering((HttpStatusCode.OK, "{}"));

        var result = await RunAsync(handler, "tasks: { A: { models: [] } }", "OPENAI_API_KEY");

        result.Outcome.ShouldBe(CheckOutcome.Failed);
        result.Fact.ShouldStartWith("routing.yaml has 2 faults: ");
        handler.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "OPENAI_API_KEY")]
    [InlineData(HttpStatusCode.OK, "OTHER")]
    public async Task A_list_that_cannot_be_had_is_said_and_is_not_taken_for_an_empty_one(HttpStatusCode status, string variable)
    {
        using var handler = RecordedHandler.Answering((status, """{"data":[]}"""));

        var result = await RunAsync(handler, "tasks: { a: { models: [openai/x] } }", variable);

        (result.Outcome, result.Fact).ShouldBe((CheckOutcome.Warning, "the models of OpenAI could not be compared"));
    }

    async Task<CheckResult> RunAsync(HttpMessageHandler handler, string text, string variable)
    {
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        var checks = RoutingChecks.For(file, new Variables([new(variable, "key-of-the-test", "test")]), HttpClients.Over(handler), TimeProvider.System, new FarSideOptions { Tries = 1 });
        return (await new CheckRunner(TimeProvider.System).RunAsync(checks, ["DeployAiServices"], TestContext.Current.CancellationToken)).Lines.Single().Result;
    }
}
