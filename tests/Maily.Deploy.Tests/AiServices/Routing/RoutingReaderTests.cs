using Maily.Deploy.AiServices;
using Maily.Deploy.AiServices.Routing;

namespace Maily.Deploy.Tests.AiServices.Routing;

public sealed class RoutingReaderTests
{
    [Fact]
    public void A_file_says_which_models_answer_which_task_and_how_much_they_may_be_used()
    {
        var routing = RoutingReader.Parse("routing.yaml", """
            monthlyBudget: 100.50
            tasks:
              copy:
                models: [anthropic/claude, openai/ft:gpt-4o/x]
                requestsPerMinute: 60
                tokensPerMinute: 1000
                monthlyBudget: 40
              other:
                models: [google/gemini]
            """);

        routing.MonthlyBudget.ShouldBe(100.5m);
        var copy = routing.Tasks["copy"];
        copy.Models.ShouldBe([new(AiProvider.Anthropic, "claude"), new(AiProvider.OpenAi, "ft:gpt-4o/x")]);
        (copy.RequestsPerMinute, copy.TokensPerMinute, copy.MonthlyBudget).ShouldBe((60L, 1000L, 40m));
        (routing.Tasks["other"].RequestsPerMinute, routing.Tasks["other"].MonthlyBudget).ShouldBe((null, null));
    }

    [Fact]
    public void All_faults_are_named_at_once_each_with_its_path() =>
        Should.Throw<MalformedRoutingException>(() => RoutingReader.Parse("routing.yaml", """
            budget: 5
            monthlyBudget: 10
            tasks:
              Copy:
                models: []
              a:
                models: [mistral/large, claude, openai/x, openai/x, 7]
                requestsPerMinute: 0
                tokensPerMinute: many
                monthlyBudget: -1
                retries: 3
              b:
                models: [openai/x]
                monthlyBudget: 11
              c: openai/x
            """)).Faults.Order(StringComparer.Ordinal).ShouldBe([
            "budget: is not known; known are tasks, monthlyBudget",
            "tasks.Copy.models: it lists at least one provider/model, the one that is tried first at the top",
            "tasks.Copy: a task is named by lower-case letters, digits and hyphens",
            "tasks.a.models: openai/x stands there twice",
            "tasks.a.models[0]: mistral is no provider; they are openai, anthropic, google",
            "tasks.a.models[1]: it is not of the form provider/model",
            "tasks.a.models[4]: it is not of the form provider/model",
            "tasks.a.monthlyBudget: it is an amount of US dollars above 0",
            "tasks.a.requestsPerMinute: it is a whole number above 0",
            "tasks.a.retries: is not known; known are models, requestsPerMinute, tokensPerMinute, monthlyBudget",
            "tasks.a.tokensPerMinute: it is a whole number above 0",
            "tasks.b.monthlyBudget: 11 is more than the 10 of all tasks together",
            "tasks.c.models: it lists at least one provider/model, the one that is tried first at the top",
            "tasks.c: it holds models, requestsPerMinute, tokensPerMinute, monthlyBudget",
        ]);

    [Theory]
    [InlineData("", "the file: it holds tasks, monthlyBudget")]
    [InlineData("tasks: {}", "tasks: there is none")]
    [InlineData("tasks: [", "it is no YAML")]
    [InlineData("a: 1\n---\nb: 2", "it is not one YAML document")]
    public void What_is_no_routing_is_refused(string text, string fault) =>
        Should.Throw<MalformedRoutingException>(() => RoutingReader.Parse("routing.yaml", text)).Fact.ShouldContain(fault);

    [Fact]
    public async Task A_missing_file_is_named() =>
        (await Should.ThrowAsync<MalformedRoutingException>(() => RoutingReader.ReadAsync("/no/such/routing.yaml", TestContext.Current.CancellationToken))).Remedy.ShouldContain("/no/such/routing.yaml");

    [Fact]
    public void Equal_routings_make_equal_ConfigMaps()
    {
        const string Text = "tasks: { b: { models: [openai/x] }, a: { models: [google/y], requestsPerMinute: 5 } }";
        const string Turned = "tasks: { a: { requestsPerMinute: 5, models: [google/y] }, b: { models: [openai/x] } }";

        var map = RoutingConfig.ToConfigMap(RoutingReader.Parse("routing.yaml", Text));

        map.ToString().ShouldBe(RoutingConfig.ToConfigMap(RoutingReader.Parse("routing.yaml", Turned)).ToString());
        map.ToJson()["data"]!["routing.json"]!.GetValue<string>().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal).ShouldBe(
            """{"version":1,"tasks":{"a":{"models":[{"provider":"google","model":"y"}],"requestsPerMinute":5},"b":{"models":[{"provider":"openai","model":"x"}]}}}""");
    }
}
