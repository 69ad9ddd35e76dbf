using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Components.Tests.Running;

public sealed class StatusTextTests
{
    const string Id = "20261123T195301Z-aaaaaaa-k7m2";
    static readonly DateTimeOffset At = new(2026, 11, 23, 19, 53, 1, TimeSpan.Zero);
    static readonly Lease Taken = new("production", new(Id, "eve", "there", 2), 7, At, At.AddMinutes(1));

    [Fact]
    public void Where_nothing_was_deployed_all_is_free() =>
        Of(new EnvironmentStatus("production", null, null, null, null)).ShouldBe("live: nothing yet\nhold: none\nlease: free\nunfinished: none");

    [Fact]
    public void What_is_live_is_told_in_full() => Of(new EnvironmentStatus("production", Live(), null, null, null)).ShouldStartWith(
        $"""
        live: {Id}, commit {new string('a', 40)}, since 2026-11-23 19:53:01Z
        image: api registry/api@sha256:1
        migrations: 2, the last one is 20260102
        frontend: dpl_1
        manifests: eu-west-1 abc
        manifests: us-east-1 def

        """);

    [Fact]
    public void A_hold_says_who_when_why_and_how_to_clear_it() =>
        Of(new EnvironmentStatus("production", null, new Hold("production", "smoke", "ada@laptop", At), null, null))
            .ShouldContain("hold: smoke, by ada@laptop since 2026-11-23 19:53:01Z; `./build.sh Release");

    [Fact]
    public void A_lease_says_who_since_when_and_until_when() =>
        Of(new EnvironmentStatus("production", null, null, Taken, null))
            .ShouldContain($"lease: eve@there (process 2, {Id}) since 2026-11-23 19:53:01Z, until 2026-11-23 19:54:01Z unless renewed");

    [Theory]
    [InlineData("", "deploying commit aaaaaaa with --resume goes on with it")]
    [InlineData("held", "wait: it is being worked on")]
    [InlineData("compensating", "`./build.sh Rollback` goes on undoing it")]
    [InlineData("compensating held", "wait: it is being worked on")]
    [InlineData("compensating ended", "do what its report says")]
    public void An_unfinished_deployment_says_where_it_stands_and_what_to_do(string how, string whatToDo)
    {
        var journal = Journal(how);

        var text = Of(new EnvironmentStatus("production", null, null, how.Contains("held") ? Taken : null, journal));

        text.ShouldContain($"unfinished: {Id}, commit {new string('a', 40)}, by ada@laptop since 2026-11-23 19:53:01Z");
        text.ShouldContain($"last step: DeployK8s/eu {(how.Contains("compensating") ? "is being undone" : "is being applied")}, 2026-11-23 19:53:0");
        text.Split('\n')[^1].ShouldContain(whatToDo);
    }

    [Fact]
    public void History_lists_deployments_and_people_by_time_with_the_first_cause()
    {
        var header = new DeploymentHeader(Id, "production", new string('a', 40), "ada@laptop", At, [], []);
        var lines = HistoryText.Of(new EnvironmentHistory(
            [new(header with { StartedAt = At.AddHours(2) }, null, At.AddHours(3), null), new(header, DeploymentOutcome.RolledBack, At.AddSeconds(12.34), new(new("Migrate", "1"), "cut\nhere"))],
            [new("production", AuditedAction.Unlocked, "eve@there", At.AddHours(1), "dead") { Whom = "ada@laptop" }])).ToArray();

        lines[0].ShouldContain("unfinished");
        lines[1].ShouldContain("Unlocked       by eve@there: dead (it was locked by ada@laptop)");
        lines[2].ShouldBe($"{Id}  RolledBack        12.3 s  aaaaaaa  ada@laptop; first cause Migrate/1: cut here");
    }

    static string Of(EnvironmentStatus status) =>
        string.Join('\n', StatusText.Of(status).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    static ReleaseRecord Live() => new()
    {
        Deployment = DeploymentId.Parse(Id), Environment = "production", Commit = new string('a', 40), At = At, VercelDeployment = "dpl_1", Migrations = ["20260101", "20260102"],
        Images = ImmutableSortedDictionary<string, string>.Empty.Add("api", "registry/api@sha256:1"),
        Manifests = ImmutableSortedDictionary<string, string>.Empty.Add("us-east-1", "def").Add("eu-west-1", "abc"),
    };

    static JournalState Journal(string how)
    {
        var header = new DeploymentHeader(Id, "production", new string('a', 40), "ada@laptop", At, [], []);
        var records = new List<JournalRecord> { Record(JournalEvent.Started, null) with { Text = JsonSerializer.Serialize(header, DeploymentJson.Line) }, Record(JournalEvent.Applying, "DeployK8s/eu") };
        if (how.Contains("compensating"))
            records.Add(Record(JournalEvent.Compensating, "DeployK8s/eu"));
        if (how.Contains("ended"))
            records.Add(Record(JournalEvent.Ended, null) with { Text = nameof(DeploymentOutcome.NeedsAttention) });
        return records.Aggregate(JournalState.Empty, (state, record) => state.With(record with { Sequence = state.LastSequence + 1, At = At.AddSeconds(state.LastSequence) }));
    }

    static JournalRecord Record(JournalEvent happened, string? step) => new()
    {
        Sequence = 0, At = At, FencingNumber = 1, Event = happened, Step = step is null ? null : StepId.Parse(step),
    };
}
