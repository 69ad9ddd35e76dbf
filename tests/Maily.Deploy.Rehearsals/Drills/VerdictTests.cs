using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Reports;
using Maily.Deploy.Sandbox.Drills;
using Maily.Deploy.Sandbox.Snapshots;

namespace Maily.Deploy.Rehearsals.Drills;

/// <summary>Which ends a drill lets pass.</summary>
public sealed class VerdictTests
{
    static readonly FarSideState Before = new()
    {
        Database = ["table a"], Clusters = ["eu Deployment {1}"], Frontend = ["frontend dpl_1"], Staged = ["staged dpl_1"], Tags = ["tag api:1 sha256:1"],
    };

    static readonly DrillReference Reference = new()
    {
        Steps = [], Last = new("SmokeTest", "health"), Duration = TimeSpan.FromSeconds(3), Before = Before,
        Complete = (Before with { Database = ["table a", "table b", "table c"], Clusters = ["eu Deployment {2}"] }).OfAnyRun(Before),
        Migrations = [("1_b", ["table a", "table b"]), ("2_c", ["table a", "table b", "table c"])],
    };

    [Fact]
    public void Undone_and_equal_to_before_is_allowed() => Judge(Report(DeploymentOutcome.RolledBack), Before, 1).ShouldBe(DrilledEnd.Undone);

    [Fact]
    public void Undone_with_an_object_changed_is_wrong() =>
        Judge(Report(DeploymentOutcome.RolledBack), Before with { Clusters = ["eu Deployment {2}"] }, 1).ShouldBe(DrilledEnd.Wrong);

    [Fact]
    public void Undone_with_another_frontend_is_wrong() =>
        Judge(Report(DeploymentOutcome.RolledBack), Before with { Frontend = ["frontend dpl_2"] }, 1).ShouldBe(DrilledEnd.Wrong);

    [Fact]
    public void A_leftover_passes_where_it_is_listed_and_only_there()
    {
        var after = Before with { Tags = ["tag api:1 sha256:1", "tag api:2 sha256:2"] };
        Judge(Report(DeploymentOutcome.RolledBack), after, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.RolledBack) with { Leftovers = ["PushImages/web: left behind"] }, after, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.RolledBack) with { Leftovers = ["PushImages/api: left behind"] }, after, 1).ShouldBe(DrilledEnd.Undone);
    }

    [Fact]
    public void What_is_refused_may_have_built_and_staged_what_is_listed_and_touched_nothing_else()
    {
        var refused = Report(DeploymentOutcome.Refused) with { Leftovers = ["StageVercel/frontend: left behind"] };
        var after = Before with { Staged = ["staged dpl_1", "staged dpl_2"] };
        Judge(refused, after, 3).ShouldBe(DrilledEnd.Refused);
        Judge(refused, after, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(refused with { Leftovers = [] }, after, 3).ShouldBe(DrilledEnd.Wrong);
        Judge(refused, after with { Frontend = ["frontend dpl_2"] }, 3).ShouldBe(DrilledEnd.Wrong);
        Judge(refused with { Leftovers = ["Migrate/1_b: 1_b stays: its statements only add."] }, Before with { Database = ["table a", "table b"] }, 3).ShouldBe(DrilledEnd.Wrong);
        Judge(refused, Before, 0, isRollback: true).ShouldBe(DrilledEnd.Refused);
    }

    [Fact]
    public void A_lost_leftover_is_wrong_even_where_it_is_listed() =>
        Judge(Report(DeploymentOutcome.RolledBack) with { Leftovers = ["PushImages/api: left behind"] }, Before with { Tags = [] }, 1).ShouldBe(DrilledEnd.Wrong);

    [Fact]
    public void A_kept_migration_is_there_as_a_whole()
    {
        var kept = Report(DeploymentOutcome.RolledBack) with { Leftovers = ["Migrate/1_b: 1_b stays: its statements only add."] };
        Judge(kept, Before with { Database = ["table a", "table b"] }, 1).ShouldBe(DrilledEnd.Undone);
        Judge(kept, Before, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(kept with { Leftovers = ["Migrate/2_c: 2_c stays."] }, Reference.Complete with { Clusters = Before.Clusters }, 1).ShouldBe(DrilledEnd.Wrong);
    }

    [Fact]
    public void Complete_is_allowed_and_half_of_it_is_not()
    {
        Judge(Report(DeploymentOutcome.Succeeded), Reference.Complete, 0).ShouldBe(DrilledEnd.Complete);
        Judge(Report(DeploymentOutcome.Succeeded), Reference.Complete with { Clusters = Before.Clusters }, 0).ShouldBe(DrilledEnd.Wrong);
    }

    [Fact]
    public void An_exit_code_that_says_something_else_is_wrong()
    {
        Judge(Report(DeploymentOutcome.Succeeded), Reference.Complete, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.RolledBack), Before, 0).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.RolledBack) with { Cancelled = true }, Before, 130).ShouldBe(DrilledEnd.Undone);
        Judge(Report(DeploymentOutcome.RolledBack), Before, 0, isRollback: true).ShouldBe(DrilledEnd.Undone);
    }

    [Fact]
    public void A_person_is_called_only_where_policy_demands_it()
    {
        Judge(Report(DeploymentOutcome.NeedsAttention), Before, 2).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.NeedsAttention) with { ToDo = ["DeployK8s/eu: undoing failed"] }, Before, 2).ShouldBe(DrilledEnd.Wrong);
        Judge(Report(DeploymentOutcome.NeedsAttention) with { ToDo = ["Migrate/2_c: has no way back"] }, Before, 2).ShouldBe(DrilledEnd.NeedsPerson);
    }

    [Fact]
    public void Without_a_report_nothing_may_have_begun()
    {
        Judge(null, Before, 1).ShouldBe(DrilledEnd.Wrong);
        Judge(null, Before, 0, isRollback: true).ShouldBe(DrilledEnd.Refused);
        Judge(null, Before with { Clusters = [] }, 0, isRollback: true).ShouldBe(DrilledEnd.Wrong);
    }

    static readonly string Old = $"sha256:{new string('1', 64)}";

    static readonly string New = $"sha256:{new string('2', 64)}";

    static readonly FarSideState FormerLive = new()
    {
        Clusters = [$"eu Deployment api@{Old} by 20260101T000000Z-aaaaaaa-aaaa"], Frontend = ["frontend dpl_1"], Staged = ["staged dpl_1"],
        Tags = [$"tag api:c-1 {Old}"], Backups = ["backup 20260101T000000Z-aaaaaaa-aaaa"],
    };

    // One run's ids are not another's; those of the former release are the same in all.
    static FarSideState NextLive(string run) => new()
    {
        Clusters = [$"eu Deployment api@{New} by 20260102T000000Z-bbbbbbb-{run}"], Frontend = [$"frontend dpl_{run}"], Staged = ["staged dpl_1", $"staged dpl_{run}"],
        Tags = [$"tag api:c-1 {Old}", $"tag api:c-2 {New}"], Backups = ["backup 20260101T000000Z-aaaaaaa-aaaa", $"backup 20260102T000000Z-bbbbbbb-{run}"],
    };

    [Fact]
    public void Complete_is_what_another_run_of_the_release_has_made_and_nothing_of_the_former_one_instead()
    {
        var reference = Reference with { Before = FormerLive, Complete = NextLive("aaaa").OfAnyRun(FormerLive) };
        DrilledEnd Of(FarSideState after) => Verdict.Of(reference, Report(DeploymentOutcome.Succeeded), after, 0, isRollback: false).End;
        var next = NextLive("bbbb");

        Of(next).ShouldBe(DrilledEnd.Complete);
        Of(next with { Clusters = FormerLive.Clusters }).ShouldBe(DrilledEnd.Wrong);
        Of(next with { Frontend = FormerLive.Frontend }).ShouldBe(DrilledEnd.Wrong);
        Of(next with { Clusters = [$"eu Deployment api@{Old} by 20260102T000000Z-bbbbbbb-bbbb"] }).ShouldBe(DrilledEnd.Wrong);
    }

    [Fact]
    public void What_a_resumed_run_has_made_twice_is_wrong()
    {
        var reference = Reference with { Before = FormerLive, Complete = NextLive("aaaa").OfAnyRun(FormerLive) };
        DrilledEnd Of(FarSideState after) => Verdict.Of(reference, Report(DeploymentOutcome.Succeeded), after, 0, isRollback: false).End;
        var next = NextLive("bbbb");

        Of(next with { Staged = [.. next.Staged, "staged dpl_cccc"] }).ShouldBe(DrilledEnd.Wrong);
        Of(next with { Backups = [.. next.Backups, "backup 20260102T000000Z-bbbbbbb-cccc"] }).ShouldBe(DrilledEnd.Wrong);
    }

    static DrilledEnd Judge(DeploymentReport? report, FarSideState after, int exitCode, bool isRollback = false) =>
        Verdict.Of(Reference, report, after, exitCode, isRollback).End;

    static DeploymentReport Report(DeploymentOutcome outcome) => new()
    {
        Environment = "sandbox", Commit = new string('a', 40), Outcome = outcome, StartedAt = default, EndedAt = default,
        FarSides = new(ImmutableDictionary<string, string>.Empty, [], null),
    };
}
