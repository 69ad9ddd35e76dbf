using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Npgsql;

namespace Maily.Deploy.Tests.Backups;

public sealed class TableChecksumsTests(PostgresServer server)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_order_of_rows_does_not_matter_and_each_value_does()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, """
            create table one (id int, counted text); insert into one values (1, 'a'), (2, 'b'), (3, null);
            create table other (id int, counted text); insert into other values (3, null), (2, 'b'), (1, 'a');
            create table changed (id int, counted text); insert into changed values (1, 'a'), (2, 'b'), (3, '');
            create table twice (id int, counted text); insert into twice values (1, 'a'), (2, 'b'), (3, null), (3, null)
            """);
        var read = await ReadAsync(database, 1, "public.one", "public.other", "public.changed", "public.twice");
        read.Select(table => table.Rows).ShouldBe([3, 3, 3, 4]);
        read[1].Checksum.ShouldBe(read[0].Checksum);
        read.Select(table => table.Checksum).Distinct().Count().ShouldBe(3);
        (await ReadAsync(database, 2, "public.one"))[0].Checksum.ShouldNotBe(read[0].Checksum);
    }

    // What a type takes for equal is another value all the same: somebody wrote it.
    [Theory]
    [InlineData("numeric", "1.0", "1.00")]
    [InlineData("jsonb", """{"a": 1.0}""", """{"a": 1.00}""")]
    [InlineData("double precision", "0", "-0")]
    [InlineData("real", "0", "-0")]
    [InlineData("bigint", "0", "4294967297")]
    [InlineData("bigint", "-1", "4294967295")]
    [InlineData("timestamptz", "2026-01-01 00:00:00+00", "2026-01-01 00:00:00.000001+00")]
    [InlineData("interval", "1 month", "30 days")]
    [InlineData("text collate anycase", "a", "A")]
    [InlineData("bpchar", "a", "a ")]
    [InlineData("inet", "10.0.0.1/8", "10.0.0.1/16")]
    [InlineData("int[]", "{1,2}", "{{1,2}}")]
    [InlineData("mood", "good", "bad")]
    [InlineData("mood[]", "{good}", "{bad}")]
    [InlineData("pair", "(1,)", "(1,\"\")")]
    [InlineData("uuid", "00000000-0000-0000-0000-000000000001", "00000000-0000-0001-0000-000000000000")]
    [InlineData("bytea", "\\x00", "\\x0000")]
    public async Task Each_difference_of_a_value_is_one_of_the_checksum(string type, string value, string other)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"""
            create type mood as enum ('good', 'bad'); create type pair as (a int, b text);
            create collation anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            create table one (id int, value {type}); insert into one values (1, '{value}');
            create table two (id int, value {type}); insert into two values (1, '{other}');
            create table none (id int, value {type}); insert into none values (1, null)
            """);
        (await ReadAsync(database, 1, "public.one", "public.two", "public.none")).Select(table => table.Checksum).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Two_rows_that_swap_a_value_and_two_columns_that_do_are_found()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, """
            create table before (a text, b text); insert into before values ('ann', 'x'), ('bob', 'y');
            create table rows (a text, b text); insert into rows values ('ann', 'y'), ('bob', 'x');
            create table columns (a text, b text); insert into columns values ('x', 'ann'), ('y', 'bob')
            """);
        (await ReadAsync(database, 1, "public.before", "public.rows", "public.columns")).Select(table => table.Checksum).Distinct().Count().ShouldBe(3);
    }

    // A label's number is one of the database.
    [Fact]
    public async Task Equal_rows_of_two_databases_are_equal_whatever_numbers_their_types_have()
    {
        async Task<string> ChecksumAsync(string before)
        {
            var database = await server.CreateDatabaseAsync();
            await PostgresServer.ExecuteAsync(database, $"{before} create type mood as enum ('good'); create table one (id int, a mood, b mood[]); insert into one values (1, 'good', array['good'::mood])");
            return (await ReadAsync(database, 1, "public.one"))[0].Checksum;
        }

        (await ChecksumAsync("create type another as enum ('x', 'y', 'z');")).ShouldBe(await ChecksumAsync(""));
    }

    [Fact]
    public async Task The_settings_of_database_and_role_do_not_matter()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, """
            create type public.mood as enum ('good');
            create table all_kinds (a timestamptz, b interval, c bytea, d double precision, e date, f money, g regclass, h xml, i public.mood, j numeric, k jsonb);
            insert into all_kinds values ('2026-05-05 10:00+00', '1 day 2 hours', '\x0102', 0.1::float8 + 0.2::float8, '2026-05-06', 12.5, 'public.all_kinds', '<a/>', 'good', 1.10, '{"a": 1}')
            """);
        var before = await ReadAsync(database, 7, "public.all_kinds");
        await PostgresServer.ExecuteAsync(database, $"""
            alter database {database.Name} set timezone = 'Asia/Tokyo'; alter database {database.Name} set datestyle = 'SQL, DMY'; alter database {database.Name} set intervalstyle = 'sql_standard';
            alter database {database.Name} set bytea_output = 'escape'; alter database {database.Name} set extra_float_digits = 0; alter database {database.Name} set search_path = 'public'
            """);
        (await ReadAsync(database, 7, "public.all_kinds")).ShouldBe(before);
    }

    [Theory]
    [InlineData("checksums")]
    [InlineData("fence")]
    [InlineData("emptying")]
    public async Task The_time_that_a_role_has_for_a_statement_ends_nothing(string what)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table big as select n as id, n::text as name from generate_series(1, 400000) n");
        await using var connection = await PostgresServer.OpenAsync(database);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await connection.RunAsync("set statement_timeout = '50ms'", Cancellation);
        var plan = RestorePlan.For(new()
        {
            Deployment = "d", Environment = "e", Database = "d", At = default, Seconds = 0, ServerVersion = "15", WalPosition = "", Schemas = ["public"], Roles = [], LeftOut = [],
            LeftOutTables = [], Tables = [], Managed = [], Location = "", Outside = [], Files = [],
        }, []);
        await connection.RunAsync(what switch { "checksums" => TableChecksums.Settings, "fence" => new WriteFence([], 1).ToSql([]), _ => plan.Guard }, Cancellation);
        (await connection.FindAsync<string>("show statement_timeout", Cancellation)).ShouldBe("0");
        (await new TableChecksums(1).ReadAsync(connection, "public.big", Cancellation)).Rows.ShouldBe(400000);
    }

    [Fact]
    public async Task A_table_without_columns_or_rows_has_a_checksum_too()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table nothing (); create table empty (id int); insert into nothing default values");
        (await ReadAsync(database, 1, "public.nothing", "public.empty")).Select(table => (table.Rows, table.Checksum == "0")).ShouldBe([(1, false), (0, true)]);
    }

    [Fact]
    public async Task Rows_that_a_policy_would_hide_are_an_error_and_not_left_out()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"""
            create table own (id int); insert into own values (1); alter table own enable row level security;
            create role clerk_{database.Name} login; grant select on own to clerk_{database.Name}
            """);
        (await Should.ThrowAsync<PostgresException>(() => ReadAsync(database with { User = $"clerk_{database.Name}" }, 1, "public.own"))).SqlState.ShouldBe("42501");
    }

    static async Task<ImmutableArray<BackupTable>> ReadAsync(DatabaseSettings database, long seed, params string[] tables)
    {
        await using var connection = await PostgresServer.OpenAsync(database);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await TableChecksums.BeginAsync(connection, Cancellation);
        var read = ImmutableArray.CreateBuilder<BackupTable>();
        foreach (var table in tables)
            read.Add(await new TableChecksums(seed).ReadAsync(connection, table, Cancellation));
        return read.ToImmutable();
    }
}
