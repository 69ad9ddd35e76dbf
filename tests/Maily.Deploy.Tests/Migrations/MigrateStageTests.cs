using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations;

public sealed class MigrateStageTests(PostgresServer server) : IDisposable
{
    readonly Deployed deployed = Deployed.InNewFolder();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task Pending_migrations_are_applied_one_after_another_and_then_nothing_is_left_to_do()
    {
        var database = await server.CreateDatabaseAsync();
        Write("migrations/1_a.sql", "create table a (id int)");
        Write("migrations/2_b.sql", "create table b (id int)");
        var steps = await Stage(database).PlanAsync(deployed.Context, Cancellation);
        steps.Select(step => $"{step.Id} after {string.Join(", ", step.After)}").ShouldBe(["Migrate/1_a after ", "Migrate/2_b after Migrate/1_a"]);
        await deployed.RunAsync(Stage(database), Cancellation);
        using var next = Deployed.InNewFolder(2, "bbbb");
        (await Stage(database).PlanAsync(next.Context, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_resumed_deployment_finds_what_it_did_itself_and_another_finds_it_as_wanted()
    {
        var database = await server.CreateDatabaseAsync();
        Write("migrations/1_a.sql", "create table a (id int)");
        var step = (await Stage(database).PlanAsync(deployed.Context, Cancellation)).Single();
        (await step.FindAsync(deployed.Context, Cancellation)).State.ShouldBe(FindingState.Absent);
        await deployed.RunAsync(Stage(database), Cancellation);
        var resumed = (await Stage(database).PlanAsync(deployed.Context, Cancellation)).Single();
        (await resumed.FindAsync(deployed.Context, Cancellation)).State.ShouldBe(FindingState.AppliedByThis);
        using var other = Deployed.InNewFolder(2, "bbbb");
        (await step.FindAsync(other.Context, Cancellation)).State.ShouldBe(FindingState.AlreadyAsWanted);
    }

    [Fact]
    public async Task The_backup_of_the_deployment_is_a_way_back_whatever_other_steps_its_stage_has()
    {
        var database = await server.CreateDatabaseAsync();
        Write("migrations/1_a.sql", "create table a (id int)");
        var outputs = Enumerable.Range(0, 40).ToDictionary(number => new StepId(BackupStage.Name, $"check-{number}"), _ => StepOutputs.None);
        outputs.Add(new(BackupStage.Name, "database"), StepOutputs.Of((BackupOutputs.Address, "s3://backups/1")));
        deployed.Context = deployed.Context with { Outputs = outputs.ToImmutableDictionary() };
        var (_, point, _) = (await deployed.RunAsync(Stage(database), Cancellation)).Single();
        point.Read<MigrationRestorePoint>().Backup.ShouldBe("s3://backups/1");
    }

    [Theory]
    [InlineData(MigrationPolicy.KeepCompatible, "create table a ()", null, CompensationState.Kept)]
    [InlineData(MigrationPolicy.KeepCompatible, "create table a ()", "drop table a", CompensationState.Kept)]
    [InlineData(MigrationPolicy.PreferDown, "create table a ()", "drop table a", CompensationState.Undone)]
    [InlineData(MigrationPolicy.PreferDown, "create table a ()", null, CompensationState.Kept)]
    [InlineData(MigrationPolicy.KeepCompatible, "alter table old drop column x", "alter table old add column x int", CompensationState.Undone)]
    [InlineData(MigrationPolicy.KeepCompatible, "alter table old drop column x", "alter table missing add column x int", CompensationState.NeedsPerson)]
    [InlineData(MigrationPolicy.KeepCompatible, "alter table old drop column x", null, CompensationState.NeedsPerson)]
    [InlineData(MigrationPolicy.AskPerson, "create table a ()", "drop table a", CompensationState.NeedsPerson)]
    public async Task A_migration_goes_back_as_the_policy_says(MigrationPolicy policy, string up, string? down, CompensationState expected)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table old (x int)");
        Write("migrations/1_a.sql", up);
        if (down is not null)
            Write("down/1_a.sql", down);
        var stage = Stage(database, policy);
        var (step, point, outputs) = (await deployed.RunAsync(stage, Cancellation)).Single();
        var result = await stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, outputs, Cancellation);
        result.State.ShouldBe(expected, result.Text);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(expected == CompensationState.Undone ? 0 : 1);
        if (expected == CompensationState.NeedsPerson)
            result.Text.ShouldContain("./build.sh Rollback");
    }

    [Fact]
    public async Task Compensating_what_never_happened_or_twice_is_undone()
    {
        var database = await server.CreateDatabaseAsync();
        Write("migrations/1_a.sql", "drop table if exists x");
        Write("down/1_a.sql", "select 1");
        var stage = Stage(database);
        var step = (await stage.PlanAsync(deployed.Context, Cancellation)).Single();
        var point = await step.CaptureAsync(deployed.Context, Cancellation);
        async Task<CompensationState> CompensateAsync() =>
            (await stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, StepOutputs.None, Cancellation)).State;
        (await CompensateAsync()).ShouldBe(CompensationState.Undone);
        await step.ApplyAsync(deployed.StepContext(step.Id), Cancellation);
        (await CompensateAsync()).ShouldBe(CompensationState.Undone);
        (await CompensateAsync()).ShouldBe(CompensationState.Undone);
    }

    [Theory]
    [InlineData("roles.sql")]
    [InlineData("seed.sql")]
    public async Task Roles_and_seeds_with_their_own_transaction_happen_completely_or_not_at_all(string file)
    {
        var database = await server.CreateDatabaseAsync();
        Write("config.toml", "[db.seed]\nsql_paths = ['seed.sql']");
        Write(file, "begin;\ncreate table first (id int);\ncommit;\nbegin transaction isolation level serializable; create table second (id int); insert into first select * from missing; end;");
        await Should.ThrowAsync<MigrationFailedException>(RunAsync(database));
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('first') is null")).ShouldBeTrue();
        Write(file, "begin;\ncreate table first (id int);\ncommit;\nstart transaction; create table second (id int); end;");
        await RunAsync(database);
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('first') is not null and to_regclass('second') is not null")).ShouldBeTrue();
        Write(file, "rollback;");
        await PostgresServer.ExecuteAsync(database, "drop table if exists supabase_migrations.seed_files; delete from maily_deploy.applied_migrations");
        await Should.ThrowAsync<UnreadableMigrationException>(RunAsync(database));
    }

    Task RunAsync(DatabaseSettings database) => deployed.RunAsync(new MigrateStage(database,
        new() { Folder = Directory.CreateDirectory(Path.Combine(deployed.Folder, "migrations")).FullName, IncludeRoles = true, IncludeSeed = true }), Cancellation);

    MigrateStage Stage(DatabaseSettings database, MigrationPolicy policy = MigrationPolicy.KeepCompatible) =>
        new(database, new() { Folder = Path.Combine(deployed.Folder, "migrations"), Policy = policy });

    void Write(string path, string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(deployed.Folder, path))!);
        File.WriteAllText(Path.Combine(deployed.Folder, path), sql);
    }
}
