using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Tests.Postgres;

/// <summary>No error tells what rows hold.</summary>
public sealed class ServerMessageTests(PostgresServer server) : IDisposable
{
    const string Ada = "ada@example.org";

    readonly Deployed deployed = Deployed.InNewFolder();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Theory]
    [InlineData("alter table people alter column name type int using name::int", "failed with 22P02: invalid input syntax for type integer: (a value)")]
    [InlineData("select 'x17'::int", "failed with 22P02: invalid input syntax for type integer: \"x17\"")]
    [InlineData("create unique index people_by_name on people (name)", "failed with 23505: could not create unique index \"people_by_name\"")]
    [InlineData("do $$ begin raise exception 'bad row %, really', (select max(name) from people); end $$", "failed with P0001: bad row (a value), really")]
    [InlineData("do $$ begin raise exception 'bad' using hint = 'ask ' || (select max(name) from people); end $$", "failed with P0001: bad\nHint: ask (a value)")]
    [InlineData("insert into people values ('Bob')", "failed with P0001: what the database's own code says may hold rows; the server's log has it")]
    public async Task A_migration_that_fails_on_rows_tells_nothing_of_them(string sql, string expected)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"""
            create table people (name text);
            insert into people values ('{Ada}'), ('{Ada}');
            create function refuse() returns trigger language plpgsql as $f$ begin raise exception '{Ada}, {Ada}'; end $f$;
            create trigger refuse before insert on people for each row execute function refuse()
            """);
        Directory.CreateDirectory(Path.Combine(deployed.Folder, "migrations"));
        await File.WriteAllTextAsync(Path.Combine(deployed.Folder, "migrations", "1_a.sql"), sql, Cancellation);
        var stage = new MigrateStage(database, new() { Folder = Path.Combine(deployed.Folder, "migrations") });

        var failed = await Should.ThrowAsync<MigrationFailedException>(() => deployed.RunAsync(stage, Cancellation));

        failed.ToString().ShouldNotContain(Ada);
        $"{failed.Fact}\n{failed.Remedy}".ShouldContain(expected);
    }

    [Theory]
    [InlineData("pg_restore: error: could not execute query: ERROR:  could not create unique index \"by_name\"\nDETAIL:  Key (name)=(ada@example.org\nada@example.org) is duplicated.\nCommand was: CREATE UNIQUE INDEX by_name",
        "pg_restore: error: could not execute query: ERROR:  could not create unique index \"by_name\"\nCommand was: CREATE UNIQUE INDEX by_name")]
    [InlineData("pg_restore: error: COPY failed for table \"people\": ERROR:  invalid input syntax for type integer: \"ada@example.org\"\nCONTEXT:  COPY people, line 1, column id: \"ada@example.org\"",
        "pg_restore: error: COPY failed for table \"people\": ERROR:  invalid input syntax for type integer: (a value)")]
    [InlineData("psql:/a/b.sql:7: ERROR:  duplicate key value violates unique constraint \"people_pkey\"\nDETAIL:  Key (name)=(ada@example.org) already exists.\nHINT:  see",
        "psql:/a/b.sql:7: ERROR:  duplicate key value violates unique constraint \"people_pkey\"\nHINT:  see")]
    public void What_client_tools_print_tells_nothing_of_rows(string output, string expected) => ServerMessage.Of(output).ShouldBe(expected);
}
