using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Postgres;

public sealed class DatabaseChecksTests(PostgresServer server) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("maily-checks-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_new_database_passes_and_is_told_to_get_its_name()
    {
        var results = await RunAsync(await server.CreateDatabaseAsync());
        results.ShouldNotContain(pair => pair.Value.Outcome == CheckOutcome.Failed);
        results["environment"].Outcome.ShouldBe(CheckOutcome.Warning);
        results["answers"].Fact.ShouldStartWith("PostgreSQL 15.");
    }

    [Fact]
    public async Task Another_environments_database_fails()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create schema maily_deploy; create table maily_deploy.environment (name text primary key, created_at timestamptz not null default now()); insert into maily_deploy.environment values ('production')");
        (await RunAsync(database))["environment"].ShouldBe(CheckResult.Fail("the database belongs to production, not to test", "Use the secrets of test."));
    }

    [Fact]
    public async Task Migrations_that_cannot_be_applied_are_found_before_anything_is_touched()
    {
        var database = await server.CreateDatabaseAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "1_a.sql"), "select 1; rollback;", TestContext.Current.CancellationToken);
        await Should.ThrowAsync<UnreadableMigrationException>(() => RunAsync(database));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_by_name()
    {
        var error = await Should.ThrowAsync<DatabaseUnreachableException>(() => RunAsync(server.At("nowhere")));
        error.Fact.ShouldContain($"127.0.0.1:{server.Port}/nowhere");
        error.Remedy.ShouldContain("DATABASE_NAME");
    }

    [Fact]
    public async Task Connections_for_reading_change_nothing()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await new ReadOnlyDatabase(database).OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new Npgsql.NpgsqlCommand("create table t ()", connection);
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken))).SqlState.ShouldBe("25006");
    }

    async Task<Dictionary<string, CheckResult>> RunAsync(DatabaseSettings database)
    {
        var variables = new Variables([new("SUPABASE_DB_URL", $"postgres://postgres:x@127.0.0.1:{database.Port}/{database.Name}", "test")]);
        var results = new Dictionary<string, CheckResult>(StringComparer.Ordinal);
        foreach (var check in DatabaseChecks.For(variables, "test", new MigrationOptions { Folder = folder }, Path.Combine(folder, "later")))
            results[check.Name] = await check.RunAsync(TestContext.Current.CancellationToken);
        return results;
    }
}
