using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Migrations;

public sealed class MigrationChecksTests(PostgresServer server)
{
    static readonly ProcessRunner Processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_nothing_is_pending_all_is_well()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        (await RunAsync(project, project.Replay)).Lines.ShouldAllBe(line => line.Result.Outcome == CheckOutcome.Passed);
    }

    [Fact]
    public async Task An_unsafe_migration_is_refused_with_the_safe_form()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int, name text); insert into public.a select n from generate_series(1, 250000) n; analyze public.a");
        project.Add("create index on public.a (name)");
        var fault = (await RunAsync(project, project.Replay)).Faults.ShouldHaveSingleItem();
        fault.Name.ShouldBe("safety");
        fault.Result.Fact.ShouldContain("takes SHARE on public.a (about 250,000 rows");
        fault.Result.Remedy.ShouldContain("create index concurrently");
    }

    [Theory]
    [InlineData(false, CheckOutcome.Failed)]
    [InlineData(true, CheckOutcome.Warning)]
    public async Task Drift_is_refused_unless_somebody_accepts_it(bool accepts, CheckOutcome expected)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        await PostgresServer.ExecuteAsync(project.Database, "alter table public.a add column by_hand int");
        project.Add("create table public.b (id int)");
        var line = (await RunAsync(project, project.Replay, new() { Drift = accepts, Reason = "known" })).Lines.Single(line => line.Name == "drift");
        line.Result.Outcome.ShouldBe(expected);
        line.Result.Fact.ShouldContain("column public.a.by_hand is there and should not be");
    }

    [Theory]
    [InlineData("safety", false, CheckOutcome.Failed)]
    [InlineData("safety", true, CheckOutcome.Warning)]
    [InlineData("drift", true, CheckOutcome.Warning)]
    [InlineData("schema fits code", true, CheckOutcome.Warning)]
    public async Task What_cannot_be_replayed_is_refused_unless_somebody_accepts_that_it_is_not_checked(string name, bool accepts, CheckOutcome expected)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        await PostgresServer.ExecuteAsync(project.Database, "insert into public.a values (1)");
        await project.ApplyAsync("do $$ begin if not exists (select from public.a) then raise 'no rows'; end if; end $$");
        project.Add("create table public.b (id int)");
        var report = await RunAsync(project, project.Replay, new() { Drift = accepts, Reason = "known" });
        var line = report.Lines.Single(line => line.Name == name);
        line.Result.Outcome.ShouldBe(expected, line.Result.Fact);
        line.Result.Fact.ShouldContain(accepts ? "is not checked" : "no rows");
        report.Faults.IsEmpty.ShouldBe(accepts);
    }

    [Fact]
    public async Task What_the_rules_find_is_said_where_nothing_can_be_replayed_too()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        await PostgresServer.ExecuteAsync(project.Database, "insert into public.a values (1)");
        await project.ApplyAsync("do $$ begin if not exists (select from public.a) then raise 'no rows'; end if; end $$");
        project.Add("create table public.b (id int)");
        var report = await RunAsync(project, project.Replay, new() { Drift = true, Reason = "known" });
        report.Lines.Single(line => line.Name == "safety").Result.Fact.ShouldContain("squawk could not be run");
    }

    [Theory]
    [InlineData(false, CheckOutcome.Failed)]
    [InlineData(true, CheckOutcome.Warning)]
    public async Task Without_a_scratch_server_nothing_is_deployed_unless_somebody_gives_the_checks_up(bool givesUp, CheckOutcome expected)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        project.Add("create table public.b (id int)");
        var report = await RunAsync(project, null, new() { NoRestoreCheck = givesUp });
        report.Lines.Single(line => line.Name == "scratch server").Result.Outcome.ShouldBe(expected);
        report.Lines.Single(line => line.Name == "drift").Result.Outcome.ShouldBe(CheckOutcome.NotChecked);
    }

    [Fact]
    public async Task A_pending_migration_that_fails_is_refused_with_its_place()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        project.Add("alter table public.missing add column b int");
        (await RunAsync(project, project.Replay)).Faults.ShouldContain(fault => fault.Result.Fact.Contains(".sql:1: statement 1 of 1 failed with 42P01"));
    }

    static Task<CheckReport> RunAsync(ReplayedProject project, SchemaReplay? replay, DatabaseConsent? consent = null)
    {
        // A folder without squawk, which is tried elsewhere: npm finds no lock file there and says so.
        var squawk = new Squawk(new NpmTools(project.Options.Folder, Processes, TimeProvider.System), Processes);
        return new CheckRunner(TimeProvider.System).RunAsync(MigrationChecks.For(project.Database, project.Options, squawk, replay, consent ?? DatabaseConsent.None), ["Backup", "Migrate"], Cancellation);
    }
}
