using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations;

/// <summary>A down script counts as the way back only where the schema is as it was before its migration.</summary>
public sealed class DownVerificationTests(PostgresServer server) : IAsyncLifetime
{
    readonly Deployed deployed = Deployed.InNewFolder();
    ReplayedProject project = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        project = await ReplayedProject.WithAsync(server, "create table public.people (id int primary key, name text)");

    public ValueTask DisposeAsync()
    {
        project.Dispose();
        deployed.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("drop table public.a; drop index public.by_name", "")]
    [InlineData("drop table public.a", "index public.by_name")]
    [InlineData("select 1", "column public.a.id, index public.by_name, table public.a")]
    [InlineData("drop table public.a; drop index public.by_name; create index by_name on public.people (id)", "index public.by_name")]
    public async Task The_schema_is_compared_with_the_one_before(string down, string left)
    {
        project.AddDown(project.Add("create table public.a (id int); create index by_name on public.people (name)"), down);
        var (step, point, outputs) = (await deployed.RunAsync(Stage, Cancellation)).Single();
        await PostgresServer.ExecuteAsync(project.Database, "create table public.of_another_hand (id int)");

        var result = await Stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, outputs, Cancellation);

        result.State.ShouldBe(left.Length == 0 ? CompensationState.Undone : CompensationState.NeedsPerson, result.Text);
        result.Text.ShouldNotContain("nothing was compared");
        foreach (var title in left.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            result.Text.ShouldContain(title);
        result.Text.ShouldNotContain("of_another_hand");
        (await PostgresServer.ScalarAsync<bool>(project.Database, "select to_regclass('public.a') is null")).ShouldBe(left.Length == 0);
        (await PostgresServer.ScalarAsync<long>(project.Database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(left.Length == 0 ? 1 : 2);
    }

    [Fact]
    public async Task What_a_hand_had_changed_before_counts_as_it_was()
    {
        await PostgresServer.ExecuteAsync(project.Database, "alter table public.people alter column name set default 'nobody'");
        project.AddDown(project.Add("alter table public.people alter column name set not null"), "alter table public.people alter column name drop not null");
        var (step, point, outputs) = (await deployed.RunAsync(Stage, Cancellation)).Single();
        var result = await Stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, outputs, Cancellation);
        result.State.ShouldBe(CompensationState.Undone, result.Text);
    }

    MigrateStage Stage => new(project.Database, project.Options with { Policy = MigrationPolicy.PreferDown }, project.Replay);
}
