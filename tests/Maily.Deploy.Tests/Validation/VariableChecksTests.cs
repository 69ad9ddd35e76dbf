using System.Collections.Immutable;
using CsCheck;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Validation;

public sealed class VariableChecksTests
{
    static readonly ImmutableArray<string> AllStages = [.. VariableRules.All.SelectMany(rule => rule.Stages).Distinct()];

    static readonly ImmutableDictionary<string, string> Good = new Dictionary<string, string>
    {
        ["VERCEL_TOKEN"] = "abcdefghijklmnopqrstuvwx", ["VERCEL_ORG_ID"] = "team_abcdefghijklmnopqrstuvwx", ["VERCEL_PROJECT_ID"] = "prj_abcdefghijklmnopqrstuvwxyz12",
        ["SUPABASE_DB_URL"] = "postgresql://postgres.ref:p%40ss@aws-0-eu-west-1.pooler.supabase.com:5432/postgres",
        ["DATABASE_HOST"] = "aws-0-eu-west-1.pooler.supabase.com", ["DATABASE_USER"] = "postgres.ref", ["DATABASE_PASSWORD"] = "p@ss", ["DATABASE_NAME"] = "postgres",
        ["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ["AWS_REGION"] = "eu-west-1", ["EKS_CLUSTER_NAME"] = "maily-production",
        ["OPENAI_API_KEY"] = "sk-proj-abcdefghijklmnopqrst", ["ANTHROPIC_API_KEY"] = "sk-ant-api03-abcdefghijklmnop", ["GOOGLE_AI_API_KEY"] = "AIza" + new string('x', 35),
        ["SLACK_WEBHOOK_URL"] = "https://hooks.slack.com/services/T0/B0/abc",
    }.ToImmutableDictionary();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixteen_good_variables_pass()
    {
        var report = await RunAsync(Good, AllStages);

        report.Lines.Length.ShouldBe(16);
        report.Lines.ShouldAllBe(line => line.Result.Outcome == CheckOutcome.Passed);
        (report.Passed, report.ExitCode).ShouldBe((true, 0));
    }

    [Fact]
    public async Task All_that_is_missing_is_said_at_once()
    {
        var report = await RunAsync([], AllStages);

        report.Faults.Select(fault => fault.Name).ShouldBe(VariableRules.Names);
        report.ExitCode.ShouldBe(3);
        var error = Should.Throw<ValidationFailedException>(report.ThrowIfFailed);
        (error.Kind, error.Report).ShouldBe((FailureKind.Refused, report));
        VariableRules.Names.ShouldAllBe(name => error.Message.Contains(name));
    }

    [Fact]
    public async Task Without_the_frontend_no_vercel_secret_is_asked_for() =>
        (await RunAsync([], [.. AllStages.Except(["StageVercel", "DeployVercel"])])).Faults.ShouldNotContain(fault => fault.Name.StartsWith("VERCEL"));

    [Fact]
    public async Task The_cluster_alone_asks_for_its_own_variables_only() =>
        (await RunAsync([], ["Validate", "Prepare", "DeployK8s"])).Faults.Select(fault => fault.Name).ShouldBe(
            ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "EKS_CLUSTER_NAME"]);

    [Fact]
    public async Task The_ai_services_ask_for_the_keys_of_the_providers_too() =>
        (await RunAsync([], ["Validate", "Prepare", "DeployAiServices"])).Faults.Select(fault => fault.Name).ShouldBe(
            ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "EKS_CLUSTER_NAME", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_AI_API_KEY"]);

    [Theory]
    [InlineData("VERCEL_TOKEN", "short")]
    [InlineData("VERCEL_ORG_ID", "my-team")]
    [InlineData("VERCEL_PROJECT_ID", "maily-web")]
    [InlineData("SUPABASE_DB_URL", "https://ref.supabase.co")]
    [InlineData("SUPABASE_DB_URL", "postgresql://host/postgres")]
    [InlineData("DATABASE_HOST", "https://db.example")]
    [InlineData("DATABASE_HOST", "db.example:port")]
    [InlineData("DATABASE_NAME", "with/slash")]
    [InlineData("AWS_ACCESS_KEY_ID", "wJalrXUtnFEMI/K7MDENG")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("AWS_REGION", "eu-moon-1")]
    [InlineData("EKS_CLUSTER_NAME", "-maily")]
    [InlineData("OPENAI_API_KEY", "sk-ant-api03-abcdefghijklmnop")]
    [InlineData("ANTHROPIC_API_KEY", "sk-proj-abcdefghijklmnopqrst")]
    [InlineData("GOOGLE_AI_API_KEY", "AIza-too-short")]
    [InlineData("SLACK_WEBHOOK_URL", "http://hooks.slack.com/services/T0/B0/abc")]
    [InlineData("VERCEL_TOKEN", "abcdefghijklmnopqrstuvwx\n")]
    public async Task A_wrong_form_is_refused(string name, string value)
    {
        var fault = (await RunAsync(Good.SetItem(name, value), AllStages)).Faults.ShouldHaveSingleItem();

        fault.Name.ShouldBe(name);
        fault.ToString().ShouldNotContain(value);
        fault.Result.Remedy.ShouldContain(name);
    }

    [Fact]
    public async Task A_webhook_on_loopback_may_do_without_tls() =>
        (await RunAsync(Good.SetItem("SLACK_WEBHOOK_URL", "http://127.0.0.1:4711/services/T0/B0/abc"), AllStages)).Passed.ShouldBeTrue();

    [Fact]
    public async Task A_hosted_source_that_refuses_is_one_fault_among_all()
    {
        var variables = new Variables([]) { Problems = [new MissingVariableException("of a source")] };

        var report = await new CheckRunner(TimeProvider.System).RunAsync(VariableChecks.For(variables, ["Notify"]), ["Notify"], Token);

        report.Faults.Select(fault => fault.Name).ShouldBe(["source", "SLACK_WEBHOOK_URL"]);
    }

    [Fact]
    public void No_value_ever_occurs_in_a_report() =>
        Gen.Select(Gen.Int[0, VariableRules.Names.Length - 1].Select(index => VariableRules.Names[index]), Gen.String[Gen.Char.AlphaNumeric, 4, 60], Gen.Bool)
            .Sample((name, random, keepsForm) =>
            {
                // A marker that no text of ours holds by chance.
                var value = (keepsForm ? Good[name] : "") + "Zq7" + random;
                var report = RunAsync(Good.SetItem(name, value), AllStages).GetAwaiter().GetResult();
                var text = string.Join('\n', report.Lines) + (report.Passed ? "" : new ValidationFailedException(report).ToString());
                return !text.Contains(value) && !text.Contains("Zq7" + random);
            });

    static Task<CheckReport> RunAsync(ImmutableDictionary<string, string>? values, ImmutableArray<string> planned)
    {
        var variables = new Variables((values ?? ImmutableDictionary<string, string>.Empty).Select(pair => new Variable(pair.Key, pair.Value, "test")));
        return new CheckRunner(TimeProvider.System).RunAsync(VariableChecks.For(variables, planned), planned, Token);
    }
}
