using Maily.Deploy.Rehearsals.Platform;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Sandbox;

public sealed class PostgresTests(SandboxFixture fixture)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_role_of_deployments_is_no_superuser_and_owns_its_databases()
    {
        (await AskAsync<bool>("select rolsuper from pg_roles where rolname = current_user")).ShouldBeFalse();
        (await AskAsync<long>("select count(*) from pg_database join pg_roles r on r.oid = datdba where datname in ('postgres', 'maily_journal') and rolname = current_user")).ShouldBe(2);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var sandbox = await fixture.GetAsync();
        var wrong = new NpgsqlConnectionStringBuilder(sandbox.Parts.Postgres.ConnectionString()) { Password = "wrong" };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync(Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task It_carries_the_mark_of_its_environment() =>
        (await AskAsync<string>("select string_agg(name, ',') from maily_deploy.environment")).ShouldBe("sandbox");

    [Fact]
    public async Task The_user_of_a_request_is_known_from_its_token() =>
        (await AskAsync<string>(
            """
            select auth.role() || ' ' || auth.uid() || ' ' || (auth.jwt() ->> 'aud') from
            set_config('request.jwt.claims', '{"sub":"00000000-0000-0000-0000-000000000001","role":"authenticated","aud":"maily"}', false)
            """)).ShouldBe("authenticated 00000000-0000-0000-0000-000000000001 maily");

    [Fact]
    public async Task What_projects_use_in_migrations_works_without_superuser_rights() => await ExecuteAsync(
        """
        begin;
        create extension if not exists "pgcrypto" with schema extensions;
        create extension if not exists "uuid-ossp";
        create extension if not exists pg_trgm with schema extensions;
        create table public.notes (id uuid primary key default uuid_generate_v4(), owner uuid references auth.users (id) on delete cascade);
        alter table public.notes enable row level security;
        create policy mine on public.notes for all to authenticated using (auth.uid() = owner);
        create function public.on_user() returns trigger language plpgsql security definer as 'begin return new; end';
        create trigger on_user after insert on auth.users for each row execute function public.on_user();
        insert into storage.buckets (id, name) values ('avatars', 'avatars');
        create policy avatars on storage.objects for select to anon using (bucket_id = 'avatars');
        alter publication supabase_realtime add table public.notes;
        create role reporting nologin;
        grant reporting to postgres;
        set local role authenticated;
        select * from public.notes;
        rollback;
        """);

    [Fact]
    public async Task What_dumps_of_projects_begin_with_works_without_superuser_rights() => await ExecuteAsync(
        """
        begin;
        create extension if not exists "pg_graphql" with schema "graphql";
        create extension if not exists "pg_stat_statements" with schema "extensions";
        create extension if not exists "supabase_vault" with schema "vault";
        create extension if not exists "pgjwt" with schema "extensions";
        create extension if not exists "pgsodium";
        create extension if not exists "hypopg" with schema "extensions";
        create extension if not exists "moddatetime" with schema "extensions";
        comment on schema public is e'@graphql({"inflect_names": true})';
        alter publication supabase_realtime owner to postgres;
        drop trigger if exists on_auth_user_created on auth.users;
        create policy broadcasts on realtime.messages for select to authenticated using (realtime.topic() like 'room:%');
        create table public.hooked (id int);
        create trigger hook after insert on public.hooked for each row execute function
            supabase_functions.http_request('http://127.0.0.1:1', 'POST', '{"Content-Type":"application/json"}', '{}', '5000');
        insert into public.hooked values (1);
        select realtime.send('{}', 'event', 'room:1');
        rollback;
        """);

    [Fact]
    public async Task Jobs_requests_and_secrets_are_kept() => (await AskAsync<string>(
        """
        begin;
        create extension pg_cron with schema extensions;
        grant usage on schema cron to postgres;
        create extension pg_net with schema extensions;
        do $do$ begin
            perform cron.schedule('nightly', '0 3 * * *', 'select 1'), cron.schedule('nightly', '30 seconds', 'select 2'), cron.schedule('@hourly', 'select 3');
            perform cron.unschedule(jobid) from cron.job where jobname is null;
            perform net.http_post(url := 'http://127.0.0.1:1', body := '{"a": 1}');
            perform vault.create_secret('told', 'name');
        end $do$;
        select concat_ws(' ', (select string_agg(schedule || ' ' || command, ',') from cron.job),
            (select method || convert_from(body, 'UTF8') from net.http_request_queue), (select decrypted_secret from vault.decrypted_secrets where name = 'name'));
        """)).ShouldBe("30 seconds select 2 POST{\"a\": 1} told");

    [Theory]
    [InlineData("select cron.schedule('x', 'each day', 'select 1')", "invalid schedule: each day")]
    [InlineData("select cron.unschedule('x')", "could not find valid entry for job 'x'")]
    public async Task What_the_real_scheduler_refuses_is_refused(string sql, string message) =>
        (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync($"begin; create extension pg_cron; {sql}"))).MessageText.ShouldBe(message);

    [Fact]
    public async Task The_migrations_of_the_platform_apply()
    {
        var files = Directory.GetFiles(PlatformFolder.Path("supabase", "migrations"), "*.sql").Order(StringComparer.Ordinal).ToList();
        files.Count.ShouldBe(10);
        await ExecuteAsync($"begin;\n{string.Join('\n', files.Select(File.ReadAllText))}\nrollback;");
    }

    async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection((await fixture.GetAsync()).Parts.Postgres.ConnectionString());
        await connection.OpenAsync(Cancellation);
        return connection;
    }
}
