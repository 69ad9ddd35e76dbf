using Maily.Deploy.Aws;
using Maily.Deploy.Sandbox.Aws;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Edge;

public sealed class SecretSourceTests : IAsyncLifetime
{
    const string Text = """{"VERCEL_TOKEN":"from-aws","OPENAI_API_KEY":"sk-from-aws","AWS_REGION":"us-east-1"}""";

    AwsStandIn aws = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static AwsStandInOptions Options { get; } = new()
    {
        Region = "eu-west-1",
        Secrets = new Dictionary<string, string> { ["maily/production"] = Text, ["maily/odd"] = "no json: Zq7secret" },
    };

    public async ValueTask InitializeAsync() => aws = await AwsStandIn.StartAsync(Options, Token);

    public ValueTask DisposeAsync() => aws.DisposeAsync();

    [Fact]
    public async Task What_is_missing_comes_from_the_environments_secret_and_what_is_set_stays()
    {
        var variables = await LoadAsync("production", ("OPENAI_API_KEY", "sk-from-process"));

        (variables.Find("VERCEL_TOKEN"), variables.Find("OPENAI_API_KEY"), variables.Find("AWS_REGION")).ShouldBe(("from-aws", "sk-from-process", "eu-west-1"));
        variables.SourceOf("VERCEL_TOKEN").ShouldBe("AWS secret maily/production");
    }

    [Fact]
    public async Task The_secrets_name_can_be_another() =>
        (await LoadAsync("staging", ("MAILY_SECRET_ID", "maily/production"))).Find("VERCEL_TOKEN").ShouldBe("from-aws");

    [Fact]
    public async Task Nothing_is_asked_when_nothing_is_missing()
    {
        await LoadAsync("production", ("VERCEL_TOKEN", "from-process"));

        aws.Requests.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_environment_without_a_secret_has_just_nothing_there() =>
        (await LoadAsync("nowhere")).Find("VERCEL_TOKEN").ShouldBeNull();

    [Fact]
    public async Task A_secret_of_another_form_is_refused_and_not_shown() =>
        (await Should.ThrowAsync<UnreadableSecretException>(() => LoadAsync("odd"))).Message.ShouldNotContain("Zq7secret");

    [Fact]
    public async Task Wrong_keys_are_refused_by_the_services_own_name_of_the_error()
    {
        var wrong = new string('x', 40);

        var error = (await LoadAsync("production", ("AWS_SECRET_ACCESS_KEY", wrong))).Problems.ShouldHaveSingleItem().ShouldBeOfType<AwsRefusedException>();

        error.Code.ShouldNotBeNullOrEmpty();
        error.Message.ShouldNotContain(wrong);
        error.Message.ShouldNotContain(Options.Keys[0].AccessKeyId);
    }

    [Fact]
    public async Task The_identity_behind_the_keys_is_known() =>
        (await AwsIdentity.ReadAsync(AwsSettings.From(Variables()), Token)).ShouldBe(new AwsIdentity("111122223333", "arn:aws:iam::111122223333:user/maily-deploy"));

    [Theory]
    [InlineData(null, true)]
    [InlineData("111122223333", true)]
    [InlineData("999999999999", false)]
    public async Task Keys_of_another_account_than_the_recorded_one_are_refused(string? recorded, bool passes) =>
        (await new CheckRunner(TimeProvider.System).RunAsync(AwsChecks.For(AwsSettings.From(Variables()), recorded), ["DeployK8s"], Token)).Passed.ShouldBe(passes);

    [Fact]
    public async Task Wrong_keys_fail_the_check_without_being_shown()
    {
        var wrong = new string('x', 40);

        var report = await new CheckRunner(TimeProvider.System).RunAsync(
            AwsChecks.For(AwsSettings.From(Variables(("AWS_SECRET_ACCESS_KEY", wrong))), null), ["DeployK8s"], Token);

        report.Faults.ShouldHaveSingleItem().Result.Fact.ShouldStartWith("AWS STS refused GetCallerIdentity");
        report.Lines[0].ToString().ShouldNotContain(wrong);
    }

    Task<Variables> LoadAsync(string environment, params (string Name, string Value)[] more) => VariablesLoader.LoadAsync(
        environment, "/", ["VERCEL_TOKEN"], [new ProcessEnvironmentSource(Process(more)), new SecretsManagerSource()], Token);

    Variables Variables(params (string Name, string Value)[] more) => new(Process(more).Select(pair => new Variable(pair.Key, pair.Value, "test")));

    Dictionary<string, string> Process((string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = Options.Keys[0].AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = Options.Keys[0].SecretAccessKey,
            ["AWS_REGION"] = Options.Region, ["AWS_ENDPOINT_URL"] = aws.Url.AbsoluteUri,
        };
        foreach (var (name, value) in more)
            variables[name] = value;
        return variables;
    }
}
