using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;

namespace Maily.Deploy.Tests.Postgres.Catalogs;

public sealed class DatabaseCatalogTests(PostgresServer server)
{
    const string Application = """
        create schema auth; create table auth.users (id int primary key);
        create type mood as enum ('good', 'bad'); create domain short as text check (length(value) < 9);
        create table people (id int primary key, name text not null default 'x', mood mood, note short, born date);
        create table notes (id bigint generated always as identity, person int references people, body text, size int generated always as (length(body)) stored);
        create index notes_person on notes (person);
        create view names with (security_invoker = on) as select name from people;
        create function twice(n int) returns int language sql immutable as 'select n * 2';
        create function note() returns trigger language plpgsql as 'begin return new; end';
        create trigger note before insert on people for each row execute function note();
        create trigger on_user after insert on auth.users for each row execute function note();
        alter table people enable row level security;
        create policy own on people for select to public using (id = 1);
        create sequence counter; grant select on people to pg_monitor;
        create table logs (at date) partition by range (at); create table logs_2026 partition of logs for values from ('2026-01-01') to ('2027-01-01');
        create table books (id int, at date, primary key (id, at)) partition by range (at); create table books_2026 partition of books for values from ('2026-01-01') to ('2027-01-01');
        create table loans (id int primary key, book int, at date, foreign key (book, at) references books);
        create publication news for table people; alter default privileges in schema public grant select on tables to pg_monitor
        """;

    [Fact]
    public async Task Two_databases_of_the_same_statements_are_equal() =>
        (await DifferencesAsync("select 1")).ShouldBeEmpty();

    [Theory]
    [InlineData("alter table people add column age int", "column public.people.age is there and should not be (integer)")]
    [InlineData("alter table people drop column born", "column public.people.born is missing (date)")]
    [InlineData("alter table people alter column born type timestamptz", "column public.people.born is timestamp with time zone and should be date")]
    [InlineData("alter table people alter column name drop not null", "column public.people.name is text default 'x'::text and should be text not null default 'x'::text")]
    [InlineData("alter table people alter column name set default 'y'", "column public.people.name is text not null default 'y'::text and should be text not null default 'x'::text")]
    [InlineData("alter table notes drop constraint notes_person_fkey", "constraint public.notes.notes_person_fkey is missing (FOREIGN KEY (person) REFERENCES public.people(id))")]
    [InlineData("alter table people add constraint adult check (id > 0) not valid", "constraint public.people.adult is there and should not be (CHECK ((id > 0)) NOT VALID)")]
    [InlineData("drop index notes_person", "index public.notes_person is missing (CREATE INDEX notes_person ON public.notes USING btree (person))")]
    [InlineData("update pg_index set indisvalid = false where indexrelid = 'notes_person'::regclass", "index public.notes_person is CREATE INDEX notes_person ON public.notes USING btree (person) INVALID and should be CREATE INDEX notes_person ON public.notes USING btree (person)")]
    [InlineData("create or replace view names with (security_invoker = off) as select name from people", "view public.names is SELECT people.name FROM public.people; {security_invoker=off} and should be SELECT people.name FROM public.people; {security_invoker=on}")]
    [InlineData("drop function twice", "function public.twice(integer) is missing")]
    [InlineData("alter table people disable trigger note", "trigger note on public.people is CREATE TRIGGER note BEFORE INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.note() enabled D")]
    [InlineData("drop trigger on_user on auth.users", "trigger on_user on auth.users is missing")]
    [InlineData("alter table people disable row level security", "row-level security public.people is off and should be on")]
    [InlineData("alter policy own on people using (true)", "policy own on public.people is permissive r to public using true and should be permissive r to public using (id = 1)")]
    [InlineData("create policy theirs on auth.users using (true)", "policy theirs on auth.users is there and should not be (permissive * to public using true)")]
    [InlineData("grant insert on people to pg_monitor", "grant pg_monitor on relation public.people is INSERT, SELECT and should be SELECT")]
    [InlineData("revoke execute on function twice from public", "grant public on function public.twice(integer) is missing (EXECUTE)")]
    [InlineData("alter default privileges in schema public grant insert on tables to pg_monitor", "default grant pg_monitor on tables in public by postgres is INSERT, SELECT and should be SELECT")]
    [InlineData("create extension citext", "extension citext is there and should not be (in public)")]
    [InlineData("alter type mood add value 'odd'", "enum public.mood is 'good', 'bad', 'odd' and should be 'good', 'bad'")]
    [InlineData("alter domain short set not null", "domain public.short is text not null CHECK ((length(VALUE) < 9)) and should be text CHECK ((length(VALUE) < 9))")]
    [InlineData("alter sequence counter increment 2", "sequence public.counter is bigint start 1 by 2 from 1 to 9223372036854775807 and should be bigint start 1 by 1 from 1 to 9223372036854775807")]
    [InlineData("alter publication news drop table people", "publication news of public.people is missing")]
    [InlineData("create function on_ddl() returns event_trigger language plpgsql as 'begin end'; create event trigger on_ddl on ddl_command_end execute function on_ddl()", "event trigger on_ddl is there and should not be (on ddl_command_end execute public.on_ddl()")]
    [InlineData("create schema extra", "schema extra is there and should not be")]
    public async Task What_somebody_changed_by_hand_is_named(string change, string expected) =>
        (await DifferencesAsync(change)).Select(difference => difference.ToString()).ShouldContain(text => text.StartsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("insert into people values (1)")]
    [InlineData("analyze; comment on table people is 'people'")]
    [InlineData("create table logs_2027 partition of logs for values from ('2027-01-01') to ('2028-01-01'); create index on logs_2027 (at)")]
    [InlineData("create table books_2027 partition of books for values from ('2027-01-01') to ('2028-01-01')")]
    [InlineData("create schema maily_deploy; create table maily_deploy.journal (id int)")]
    public async Task What_is_no_change_of_the_schema_is_no_difference(string change) =>
        (await DifferencesAsync(change)).ShouldBeEmpty();

    async Task<IReadOnlyList<CatalogDifference>> DifferencesAsync(string change)
    {
        var (expected, actual) = (await ReadAsync(Application), await ReadAsync(Application, change));
        return actual.DifferencesFrom(expected);
    }

    async Task<DatabaseCatalog> ReadAsync(params string[] scripts)
    {
        var database = await server.CreateDatabaseAsync();
        foreach (var script in scripts)
            await PostgresServer.ExecuteAsync(database, script);
        await using var connection = await new ReadOnlyDatabase(database).OpenAsync(TestContext.Current.CancellationToken);
        return await DatabaseCatalog.ReadAsync(connection, TestContext.Current.CancellationToken);
    }
}
