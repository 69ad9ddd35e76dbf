using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Tests.Postgres.Scratch;

namespace Maily.Deploy.Tests.Migrations.Replays;

public sealed class SchemaReplayTests(PostgresServer server)
{
    const string Users = """
        create extension citext; create table public.profiles (id uuid primary key references auth.users, email citext); alter table public.profiles enable row level security;
        create function public.on_user() returns trigger language plpgsql security definer as $$ begin insert into public.profiles values (new.id); return new; end $$;
        create trigger on_user after insert on auth.users for each row execute function public.on_user()
        """;

    [Fact]
    public async Task A_database_that_is_what_its_migrations_make_has_no_drift()
    {
        using var project = await ReplayedProject.WithAsync(server, Users, "create index concurrently profiles_email on public.profiles (email)", "create type public.mood as enum ('a'); insert into auth.users values (gen_random_uuid())");
        (await project.DriftAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_migration_may_ask_the_history_and_make_functions_over_it()
    {
        using var project = await ReplayedProject.WithAsync(server, "create function public.newest() returns text language sql as 'select max(version) from supabase_migrations.schema_migrations'");
        (await project.DriftAsync()).ShouldBeEmpty();
        project.Add("do $$ begin if public.newest() <> '001' then raise 'not the newest'; end if; end $$");
        project.Add("do $$ begin if public.newest() <> '002' then raise 'not the newest'; end if; end $$");
        (await project.RunAsync()).Statements.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("create extension pg_surgery; comment on extension pg_surgery is 'mine'")]
    [InlineData("create extension if not exists pg_surgery with schema public; comment on extension pg_surgery is 'mine'")]
    [InlineData("create schema app; create extension citext with schema app; create table app.t (a app.citext)")]
    [InlineData("create schema if not exists app; create extension if not exists citext with schema app; create table app.t (a app.citext)")]
    public async Task Extensions_that_migrations_make_are_theirs_again(string sql)
    {
        using var project = await ReplayedProject.WithAsync(server, sql);
        (await project.DriftAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_extension_that_the_database_has_already_does_not_hinder_the_migration_that_makes_it()
    {
        using var project = await ReplayedProject.WithAsync(server);
        project.Add("create extension tcn");
        await PostgresServer.ExecuteAsync(project.Database, "create extension tcn");
        (await project.RunAsync()).After.Items.ShouldContainKey("extension tcn");
    }

    [Theory]
    [InlineData("create publication sync for table public.a", "alter publication sync add table auth.users")]
    [InlineData("create publication sync for all tables")]
    [InlineData("drop publication platform; create publication platform for table public.a")]
    [InlineData("drop publication if exists platform; create publication platform")]
    [InlineData("create trigger touch before update of id on auth.users for each row execute function extensions.touch()")]
    [InlineData("create or replace trigger \"Touch it\" before update on auth.users for each row execute function extensions.touch()")]
    [InlineData("drop trigger theirs on auth.users; create constraint trigger theirs after update on auth.users for each row execute function extensions.touch()")]
    public async Task What_migrations_make_on_the_platform_is_not_there_before_them(params string[] migrations)
    {
        using var project = await ReplayedProject.WithAsync(server);
        await PostgresServer.ExecuteAsync(project.Database, """
            create schema extensions; create function extensions.touch() returns trigger language plpgsql as $$ begin return new; end $$;
            create publication platform; create trigger theirs after update on auth.users for each row execute function extensions.touch()
            """);
        await project.ApplyAsync("create table public.a (id int)");
        foreach (var migration in migrations)
            await project.ApplyAsync(migration);
        (await project.DriftAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("anon, authenticated, service_role")]
    [InlineData("postgres, anon, authenticated, service_role")]
    public async Task Default_rights_that_a_migration_changes_are_supabases_before_it(string grantees)
    {
        using var project = await ReplayedProject.WithAsync(server);
        foreach (var role in new[] { "anon", "authenticated", "service_role" })
            await PostgresServer.ExecuteAsync(project.Database, $"do $$ begin create role {role} nologin; exception when duplicate_object then null; end $$");
        foreach (var kind in new[] { "tables", "functions", "sequences" })
            await PostgresServer.ExecuteAsync(project.Database, $"alter default privileges in schema public grant all on {kind} to {grantees}");
        await project.ApplyAsync("create table public.a (id int)");
        await project.ApplyAsync("alter default privileges in schema public revoke all on tables from anon; alter default privileges for role postgres in schema public revoke execute on functions from anon");
        await project.ApplyAsync("create table public.b (id int); create function public.f() returns int language sql as 'select 1'");
        (await project.DriftAsync()).ShouldBeEmpty();
        await PostgresServer.ExecuteAsync(project.Database, "grant select on public.b to anon");
        (await project.DriftAsync()).ShouldBe(["grant anon on relation public.b is there and should not be (SELECT)"]);
    }

    [Theory]
    [InlineData("alter default privileges grant select on tables to anon", true)]
    [InlineData("alter default privileges for role postgres in schema app, public revoke all on tables from anon", true)]
    [InlineData("alter default privileges in schema app grant select on tables to public", false)]
    [InlineData("alter default privileges for role postgres in schema \"app\" grant all on tables to anon", false)]
    public void Default_rights_that_do_not_reach_public_are_none_that_a_migration_changes(string sql, bool expected) =>
        MadeByMigrations.Of([Sql.File(sql)]).ChangesDefaultRightsOf("postgres").ShouldBe(expected);

    [Fact]
    public async Task What_was_changed_by_hand_is_drift_also_on_supabases_tables()
    {
        using var project = await ReplayedProject.WithAsync(server, Users);
        await PostgresServer.ExecuteAsync(project.Database, "alter table public.profiles add column age int; drop trigger on_user on auth.users; create policy p on auth.users using (true)");
        (await project.DriftAsync()).ShouldBe(
        [
            "column public.profiles.age is there and should not be (integer)",
            "policy p on auth.users is there and should not be (permissive * to public using true)",
            "trigger on_user on auth.users is missing (CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.on_user())",
        ]);
    }

    [Fact]
    public async Task A_migration_that_needs_rows_is_said_to()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.needs_rows (id int)");
        await PostgresServer.ExecuteAsync(project.Database, "insert into public.needs_rows values (1)");
        var version = project.Add("do $$ begin if not exists (select from public.needs_rows) then raise 'no rows'; end if; end $$");
        await PostgresServer.ExecuteAsync(project.Database, $"insert into supabase_migrations.schema_migrations values ('{version}')");
        (await Should.ThrowAsync<ReplayFailedException>(project.DriftAsync)).Fact.ShouldContain("no rows");
        await ScratchDatabases.ShouldNotHoldAsync(server, "public.needs_rows");
    }

    [Fact]
    public async Task A_pending_migration_that_fails_is_found_before_the_target_is_touched()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.fails (id int)");
        project.Add("alter table public.fails add column b int;\nalter table public.fails add column b int");
        (await Should.ThrowAsync<MigrationFailedException>(project.RunAsync)).Place.Line.ShouldBe(2);
        (await PostgresServer.ScalarAsync<long>(project.Database, "select count(*) from pg_attribute where attrelid = 'public.fails'::regclass and attname = 'b'")).ShouldBe(0);
        await ScratchDatabases.ShouldNotHoldAsync(server, "public.fails");
    }

    [Fact]
    public async Task The_same_question_is_answered_once()
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        (await project.RunAsync()).ShouldBeSameAs(await project.RunAsync());
        project.Add("create table public.b (id int)");
        (await project.RunAsync()).After.Items.ShouldContainKey("table public.b");
    }

    [Fact]
    public async Task A_lost_machines_scratch_database_goes_with_the_next_one()
    {
        const string lost = "maily_scratch_20200101000000_abcdef01";
        await PostgresServer.ExecuteAsync(server.At("postgres"), $"create database {lost}");
        using var project = await ReplayedProject.WithAsync(server);
        await project.RunAsync();
        (await PostgresServer.ScalarAsync<long>(server.At("postgres"), $"select count(*) from pg_database where datname = '{lost}'")).ShouldBe(0);
    }

    [Theory]
    [InlineData(15, "citext", "postgres anon", null)]
    [InlineData(16, "citext", "postgres anon", "it runs PostgreSQL 16, the database 15")]
    [InlineData(15, "", "postgres anon", "it has no extension citext")]
    [InlineData(15, "citext", "postgres", "it has no role anon")]
    public void A_server_that_cannot_hold_a_copy_says_what_it_lacks(int major, string extensions, string roles, string? fact)
    {
        var refused = Record.Exception(() => new ScratchServer(server.At("postgres")).ThrowIfLacking(new(15, "postgres", ["citext"], ["anon", "postgres"]), new(major, [extensions], [.. roles.Split(' ')])));
        ((refused as ScratchUnfitException)?.Fact ?? "").ShouldEndWith(fact is null ? "" : $"{fact}.");
        (refused is null).ShouldBe(fact is null);
    }

    [Theory]
    [InlineData("create extension pg_cron")]
    [InlineData("create extension if not exists pg_cron with schema pg_catalog")]
    public async Task An_extension_that_works_in_one_database_only_is_refused_before_a_migration_seems_to_fail(string sql)
    {
        using var project = await ReplayedProject.WithAsync(server, "create table public.a (id int)");
        project.Add(sql);
        var made = MadeByMigrations.Of((await project.SituationAsync()).Pending);
        var scratch = new ScratchServer(server.At("postgres"));
        var refused = Should.Throw<ScratchUnfitException>(() => scratch.ThrowIfBound(made.NamedExtensions, new(15, [], []) { BoundExtensions = ["pg_cron"] }));
        refused.Fact.ShouldContain("its pg_cron can be made in one database of a server only");
        scratch.ThrowIfBound(made.NamedExtensions, new(15, ["pg_cron"], []));
    }
}
