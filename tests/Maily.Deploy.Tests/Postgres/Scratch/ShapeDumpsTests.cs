using System.Text;
using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Postgres.Scratch;

[Collection(Alone.Name)]
public sealed class ShapeDumpsTests(PostgresServer server) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-shapes-");
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("grant select on t to public", "GRANT SELECT ON TABLE public.t TO PUBLIC")]
    [InlineData("revoke execute on function f() from public", "REVOKE ALL ON FUNCTION public.f() FROM PUBLIC")]
    [InlineData("create or replace function f() returns int language sql as 'select 2'", "select 2")]
    [InlineData("alter table t alter a set default 7", "DEFAULT 7")]
    [InlineData("alter table t enable row level security", "ENABLE ROW LEVEL SECURITY")]
    [InlineData("create policy p on t using (a > 1)", "CREATE POLICY p")]
    [InlineData("alter policy old on t using (a > 42)", "a > 42")]
    [InlineData("comment on table t is 'new comment'", "new comment")]
    [InlineData("alter type mood add value 'new label'", "new label")]
    [InlineData("alter default privileges in schema public grant insert on tables to pg_monitor", "GRANT INSERT ON TABLES")]
    [InlineData("create schema other", "CREATE SCHEMA other")]
    [InlineData("alter sequence s increment 5", "INCREMENT BY 5")]
    [InlineData("create or replace view v as select a + 1 as a from t", "(t.a + 1)")]
    [InlineData("create publication everything", "CREATE PUBLICATION everything")]
    [InlineData("create trigger g before insert on t execute function pg_catalog.suppress_redundant_updates_trigger()", "CREATE TRIGGER g")]
    [InlineData("alter table t cluster on t_pkey", "ALTER TABLE public.t CLUSTER ON t_pkey")]
    [InlineData("create extension citext", "CREATE EXTENSION IF NOT EXISTS citext")]
    public async Task A_definition_that_changes_is_in_the_next_dump(string change, string expected)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, """
            create type mood as enum ('old label'); create table t (a int primary key); create policy old on t using (a > 0); create view v as select a from t; create sequence s;
            create function f() returns int language sql as 'select 1'
            """);
        (await DumpAsync(database)).ShouldNotContain(expected);
        await PostgresServer.ExecuteAsync(database, change);
        (await DumpAsync(database)).ShouldContain(expected);
    }

    [Fact]
    public async Task Rows_and_statistics_change_nothing()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table t (a int primary key)");
        var before = await DumpAsync(database);
        await PostgresServer.ExecuteAsync(database, "insert into t select generate_series(1, 1000)");
        await PostgresServer.ExecuteAsync(database, "analyze t");
        await PostgresServer.ExecuteAsync(database, "vacuum t");
        // A dump begins with the second in which it was made: another one would differ.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancellation);
        (await DumpAsync(database)).ShouldBe(before);
    }

    async Task<string> DumpAsync(DatabaseSettings database)
    {
        var tools = await PostgresTools.FindAsync(15, processes, Cancellation);
        var file = Path.Combine(folder.FullName, "shape");
        await using var connection = await PostgresServer.OpenAsync(database);
        await new ShapeDumps(database, tools, processes).WriteAsync(connection, file, Cancellation);
        return Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancellation));
    }
}
