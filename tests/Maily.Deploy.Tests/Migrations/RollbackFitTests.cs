using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Tests.Contracts;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Migrations;

public sealed class RollbackFitTests(PostgresServer server) : IDisposable
{
    const string Contract = """{"version": 1, "service": "old", "statements": [{ "name": "read", "role": "postgres", "sql": "select name from public.people" }]}""";

    readonly ContractRepository repository = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => repository.Dispose();

    [Theory]
    [InlineData("alter table public.people drop column name", true, false, CheckOutcome.Failed)]
    [InlineData("alter table public.people drop column name", true, true, CheckOutcome.Warning)]
    [InlineData("alter table public.people drop column name", false, false, CheckOutcome.Passed)]
    [InlineData("alter table public.people add column age int", true, false, CheckOutcome.Passed)]
    public async Task The_old_code_must_work_on_the_schema_that_stays(string migration, bool stays, bool accepts, CheckOutcome expected)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.people (id int, name text)", migration);
        var commit = await repository.CommitAsync(Contract);
        var result = await Fit(project, accepts).CheckAsync(PlanTo(commit), [JournalOf(new("002", "m2", 1, stays, "because", null, null, null))], Cancellation);
        result.Outcome.ShouldBe(expected, result.Fact);
        if (expected == CheckOutcome.Failed)
            result.Fact.ShouldContain("old, \"read\": 42703");
    }

    [Fact]
    public async Task What_cannot_be_known_does_not_hold_a_rollback_up()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.people (id int)");
        await repository.CommitAsync(Contract);
        (await Fit(project, accepts: false).CheckAsync(PlanTo(new string('d', 40)), [], Cancellation)).Outcome.ShouldBe(CheckOutcome.Warning);
    }

    RollbackFit Fit(ReplayedProject project, bool accepts) =>
        new(project.Database, project.Options, project.Replay, repository.Contracts(null), accepts);

    static RollbackPlan PlanTo(string commit)
    {
        var id = DeploymentId.Parse("20260101T000000Z-abcdef0-aaaa");
        return new([id], new() { Deployment = id, Environment = "test", Commit = commit, At = default });
    }

    static JournalState JournalOf(MigrationRestorePoint point)
    {
        var step = new StepId("Migrate", $"{point.Version}_{point.Name}");
        return JournalState.Empty with { Steps = ImmutableDictionary<StepId, StepHistory>.Empty.Add(step, new StepHistory(step) { RestorePoint = RestorePoint.Of(point) }) };
    }
}
