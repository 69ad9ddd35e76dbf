using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Http;
using Maily.Deploy.Notifications;
using Maily.Deploy.Sandbox.AiProviders;
using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Sandbox.Slack;
using Maily.Deploy.Sandbox.Vercel;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Maily.Deploy.Vercel;
using Microsoft.Extensions.Logging.Abstractions;
using VercelSettings = Maily.Deploy.Vercel.VercelSettings;

namespace Maily.Deploy.Rehearsals.Edge;

public sealed class HostedServicesTests : IDisposable
{
    readonly HttpClient http = HttpClients.Create();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Slack_takes_the_message()
    {
        await using var slack = await SlackStandIn.StartAsync(new SlackStandInOptions(), Token);

        (await Notifier(slack).SendAsync(Message, Token)).ShouldBeTrue();

        slack.State.Messages.ShouldHaveSingleItem().Text.ShouldBe("production runs 0123456");
    }

    [Fact]
    public async Task A_slack_that_is_down_takes_little_time_and_throws_nothing()
    {
        await using var slack = await SlackStandIn.StartAsync(new SlackStandInOptions(), Token);
        slack.Faults.Add(new HttpFault { Path = "*", Count = null, Cut = ConnectionCut.BeforeHandling });
        var begin = TimeProvider.System.GetTimestamp();

        (await Notifier(slack).SendAsync(Message, Token)).ShouldBeFalse();

        TimeProvider.System.GetElapsedTime(begin).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Keys_of_the_ai_providers_are_accepted_or_refused_one_by_one()
    {
        var options = new AiProvidersStandInOptions();
        await using var providers = await AiProvidersStandIn.StartAsync(options, Token);
        var variables = new Variables([
            new("OPENAI_BASE_URL", providers.OpenAiUrl.AbsoluteUri, "test"), new("ANTHROPIC_BASE_URL", providers.AnthropicUrl.AbsoluteUri, "test"),
            new("GOOGLE_AI_BASE_URL", providers.GoogleUrl.AbsoluteUri, "test"), new("OPENAI_API_KEY", options.OpenAiKey, "test"),
            new("ANTHROPIC_API_KEY", options.AnthropicKey, "test"), new("GOOGLE_AI_API_KEY", "AIzaWrong", "test"),
        ]);

        var report = await new CheckRunner(TimeProvider.System).RunAsync(AiChecks.For(variables, http, TimeProvider.System), ["DeployAiServices"], Token);

        report.Lines.Select(line => (line.Name, line.Result.Outcome)).ShouldBe(
            [("OpenAI", CheckOutcome.Passed), ("Anthropic", CheckOutcome.Passed), ("Google AI", CheckOutcome.Failed)]);
    }

    [Theory]
    [InlineData(null, null, new string[0])]
    [InlineData("a-wrong-token-of-24-chars", null, new[] { "token", "project", "Git integration", "rolling release", "promotion" })]
    [InlineData(null, "main", new[] { "Git integration" })]
    public async Task Vercel_is_checked_as_it_is(string? token, string? productionBranch, string[] faults)
    {
        var options = new VercelStandInOptions { Link = productionBranch is null ? null : new VercelGitLink("github", "maily", "maily", productionBranch) };
        await using var vercel = await VercelStandIn.StartAsync(options, Token);
        var settings = new VercelSettings { Token = new Secret(token ?? options.Token), OrgId = options.TeamId, ProjectId = options.ProjectId, ApiUrl = vercel.Url };

        var report = await new CheckRunner(TimeProvider.System).RunAsync(
            VercelChecks.For(settings, new VercelReader(settings, http, TimeProvider.System), options.ProjectId), ["DeployVercel"], Token);

        report.Faults.Select(fault => fault.Name).ShouldBe(faults, string.Join('\n', report.Lines));
    }

    SlackNotifier Notifier(SlackStandIn slack) =>
        new(new Secret(slack.WebhookUrl.AbsoluteUri), http, TimeProvider.System, new SecretRedactor([]), NullLogger.Instance);

    static DeploymentMessage Message { get; } = new()
    {
        Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "production", Commit = "0123456789abcdef0123456789abcdef01234567", By = "ada@laptop",
        Outcome = DeploymentOutcome.Succeeded, Duration = TimeSpan.FromSeconds(59),
    };
}
