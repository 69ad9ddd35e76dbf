using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations;

public sealed class VerifySchemaStageTests(PostgresServer server) : IDisposable
{
    readonly Deployed deployed = Deployed.InNewFolder();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task What_the_migrations_made_is_what_they_make()
    {
        using var project = await MigratedAsync();
        await deployed.RunAsync(Stage(project), Cancellation);
    }

    [Fact]
    public async Task What_differs_is_named()
    {
        using var project = await MigratedAsync("alter table public.b drop column id; create view public.v as select 1 as one");
        (await VerifyAsync(project)).ShouldSatisfyAllConditions(seen => seen.IsAsWanted.ShouldBeFalse(),
            seen => seen.Observed.ShouldContain("column public.b.id is missing"), seen => seen.Observed.ShouldContain("view public.v is there and should not be"));
    }

    [Theory]
    [InlineData("alter table public.a add column by_hand int", true)]
    [InlineData("alter table public.b drop column id", false)]
    public async Task Where_drift_is_accepted_only_what_the_deployment_changes_counts(string change, bool expected)
    {
        using var project = await MigratedAsync(change);
        (await VerifyAsync(project, acceptsDrift: true)).IsAsWanted.ShouldBe(expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_replayed_is_compared_unless_somebody_accepts_that_it_is_not(bool accepts)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        await PostgresServer.ExecuteAsync(project.Database, "insert into public.a values (1)");
        await project.ApplyAsync("do $$ begin if not exists (select from public.a) then raise 'no rows'; end if; end $$");
        project.Add("create table public.b (id int)");
        await deployed.RunAsync(new MigrateStage(project.Database, project.Options), Cancellation);
        if (accepts)
            (await VerifyAsync(project, acceptsDrift: true)).ShouldBe(Verification.Compare("not compared", "not compared"));
        else
            await Should.ThrowAsync<ReplayFailedException>(() => VerifyAsync(project));
    }

    [Fact]
    public async Task Where_nothing_was_migrated_nothing_is_compared()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        (await Stage(project).PlanAsync(deployed.Context, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_scratch_server_nothing_is_compared()
    {
        using var project = await MigratedAsync();
        (await new VerifySchemaStage(project.Database, project.Options, null, acceptsDrift: false).PlanAsync(deployed.Context, Cancellation)).ShouldBeEmpty();
    }

    // One migration before the deployment, one of its own, then a change by hand.
    async Task<ReplayedProject> MigratedAsync(string change = "select 1")
    {
        var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        project.Add("create table public.b (id int)");
        await deployed.RunAsync(new MigrateStage(project.Database, project.Options), Cancellation);
        await PostgresServer.ExecuteAsync(project.Database, change);
        return project;
    }

    async Task<Verification> VerifyAsync(ReplayedProject project, bool acceptsDrift = false)
    {
        var step = (await Stage(project, acceptsDrift).PlanAsync(deployed.Context, Cancellation)).Single();
        return await step.VerifyAsync(deployed.Context, await step.ApplyAsync(deployed.StepContext(step.Id), Cancellation), Cancellation);
    }

    static VerifySchemaStage Stage(ReplayedProject project, bool acceptsDrift = false) => new(project.Database, project.Options, project.Replay, acceptsDrift);
}
