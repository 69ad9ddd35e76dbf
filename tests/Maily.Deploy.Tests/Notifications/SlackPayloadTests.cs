using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Notifications;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Notifications;

public sealed class SlackPayloadTests
{
    static readonly DeploymentMessage Started = new()
    {
        Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "production", Commit = "0123456789abcdef0123456789abcdef01234567", By = "ada@laptop",
    };

    [Fact]
    public void The_start_says_what_goes_where() => SlackPayload.Of(Started).ShouldBe(
        """{"text":"Deploying 0123456 to production","blocks":["""
        + """{"type":"section","text":{"type":"mrkdwn","text":":rocket: *Deploying 0123456 to production*"}},"""
        + """{"type":"section","fields":[{"type":"mrkdwn","text":"*Environment*\nproduction"},{"type":"mrkdwn","text":"*Commit*\n0123456"},"""
        + """{"type":"mrkdwn","text":"*Deployment*\n20261123T195301Z-0123456-k7m2"},{"type":"mrkdwn","text":"*By*\nada@laptop"}]}]}""");

    [Fact]
    public void The_end_says_outcome_duration_cause_and_link()
    {
        var ended = Started with
        {
            Outcome = DeploymentOutcome.RolledBack, Duration = TimeSpan.FromSeconds(125), FirstCause = "Migrate failed: <x> & ```y```",
            Link = new Uri("https://github.com/maily/maily/actions/runs/7"),
        };

        SlackPayload.Of(ended).ShouldBe(
            """{"text":"Deploying 0123456 to production failed; what it did is undone","blocks":["""
            + """{"type":"section","text":{"type":"mrkdwn","text":":leftwards_arrow_with_hook: *Deploying 0123456 to production failed; what it did is undone*"}},"""
            + """{"type":"section","fields":[{"type":"mrkdwn","text":"*Environment*\nproduction"},{"type":"mrkdwn","text":"*Commit*\n0123456"},"""
            + """{"type":"mrkdwn","text":"*Deployment*\n20261123T195301Z-0123456-k7m2"},{"type":"mrkdwn","text":"*By*\nada@laptop"},"""
            + """{"type":"mrkdwn","text":"*Outcome*\nrolled back"},{"type":"mrkdwn","text":"*Duration*\n2 min 5 s"}]},"""
            + """{"type":"section","text":{"type":"mrkdwn","text":"*First cause*\n```Migrate failed: &lt;x&gt; &amp; '''y'''```"}},"""
            + """{"type":"section","text":{"type":"mrkdwn","text":"<https://github.com/maily/maily/actions/runs/7|Watch the run>"}}]}""");
    }

    [Fact]
    public void The_link_leads_to_the_run_on_github() =>
        RunLink.From(new Variables([new("GITHUB_REPOSITORY", "maily/maily", "test"), new("GITHUB_RUN_ID", "7", "test")]))
            .ShouldBe(new Uri("https://github.com/maily/maily/actions/runs/7"));

    [Fact]
    public void Elsewhere_there_is_no_link() => RunLink.From(new Variables([])).ShouldBeNull();
}
