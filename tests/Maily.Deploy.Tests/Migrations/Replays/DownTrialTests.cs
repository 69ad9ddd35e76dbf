using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations.Replays;

public sealed class DownTrialTests(PostgresServer server)
{
    static readonly ProcessRunner Processes = new(TimeProvider.System);

    [Theory]
    [InlineData("create table public.b (id int)", "drop table public.b", null)]
    [InlineData("alter table public.a add column x int default 1; create index on public.a (x)", "alter table public.a drop column x", null)]
    [InlineData("create table public.b (id int); create type public.mood as enum ('a')", "drop table public.b", "enum public.mood is there and should not be")]
    [InlineData("drop table public.a", "create table public.a (id bigint)", "column public.a.id is bigint and should be integer")]
    [InlineData("create table public.b (id int)", "drop table public.c", "failed with 42P01")]
    public async Task A_down_script_leads_back_and_up_leads_forth_again(string up, string down, string? fault)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        project.AddDown(project.Add(up), down);
        var report = await new MigrationLint(project.Database, new(new NpmTools(project.Options.Folder, Processes, TimeProvider.System), Processes), project.Replay)
            .RunAsync((await project.SituationAsync()).Applied, (await project.SituationAsync()).Pending, TestContext.Current.CancellationToken);
        var errors = report.Of(FindingSeverity.Error);
        errors.Select(finding => finding.Rule).ShouldBe(fault is null ? [] : ["down-script"]);
        if (fault is not null)
            errors[0].Fact.ShouldContain(fault);
    }
}
