using System.Collections.Immutable;
using Maily.Deploy.Contracts;
using Maily.Deploy.Migrations;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Contracts;

/// <summary>The old code of a small service against migrations that keep it working and such that do not.</summary>
public sealed class SchemaFitTests(PostgresServer server) : IDisposable
{
    const string Schema = """
        do $$ begin create role reader nologin; exception when duplicate_object then null; end $$;
        do $$ begin create role stranger nologin; exception when duplicate_object then null; end $$;
        create type public.mood as enum ('good', 'bad'); create table public.people (id int primary key, name text, mood public.mood, boss int);
        create index by_name on public.people (name); create domain public.title as text; alter table public.people add column headline public.title;
        create table public.places (id int primary key, person int references public.people); grant select, insert, update on public.people to reader; grant select on public.places to reader;
        create function public.greet(name text) returns text language sql as 'select name'; grant execute on function public.greet(text) to reader;
        grant all on public.people to stranger; grant truncate, references, trigger on public.people to reader; grant insert, update on public.places to reader
        """;

    const string Contract = """
        {
          "version": 1, "service": "old",
          "given": ["insert into public.people (id, name) values (7, 'Ada')"],
          "statements": [{ "name": "make", "role": "reader", "sql": "insert into public.people (id, name, mood) values ($1, $2, $3)", "parameters": ["8", "Bob", "bad"] }],
          "requests": [
            { "name": "list", "role": "reader", "method": "GET", "path": "/people?select=id,name,places(id)&mood=eq.good" },
            { "name": "greet", "role": "reader", "method": "POST", "path": "/rpc/greet", "body": { "name": "Ada" } }
          ]
        }
        """;

    readonly ContractRepository repository = new();

    public void Dispose() => repository.Dispose();

    [Theory]
    [InlineData("alter table public.people add column age int")]
    [InlineData("alter table public.people add column age int not null default 0")]
    [InlineData("create table public.others (id int not null, name text check (name <> ''))")]
    [InlineData("alter type public.mood add value 'odd'")]
    [InlineData("create index on public.people (name)")]
    [InlineData("create policy p on public.people for select to reader using (true)")]
    [InlineData("revoke all on public.people from stranger")]
    [InlineData("revoke execute on function public.greet(text) from public")]
    [InlineData("revoke insert, update on public.places from reader")]
    [InlineData("revoke truncate, references, trigger on public.people from reader")]
    public async Task The_old_code_works_after_what_only_adds(string migration) =>
        (await BreaksAsync(migration)).ShouldBeEmpty();

    [Theory]
    [InlineData("alter table public.people rename column name to title", "column")]
    [InlineData("alter table public.people drop column mood", "column \"mood\"")]
    [InlineData("alter table public.people add column age int not null", "public.people.age is new, is not null and has no default")]
    [InlineData("alter table public.people alter column boss set not null", "public.people.boss must not be null any more")]
    [InlineData("alter table public.people add constraint named check (name <> 'Eve')", "the constraint public.people.named is new: CHECK ((name <> 'Eve'::text))")]
    [InlineData("create unique index one_name on public.people (name)", "the unique index public.one_name is new")]
    [InlineData("drop index public.by_name; create unique index by_name on public.people (name)", "the unique index public.by_name is another one")]
    [InlineData("alter domain public.title add check (length(value) < 9)", "the domain public.title of public.people.headline is another one")]
    [InlineData("alter table public.people alter column id type bigint", "public.people.id is bigint, it was integer")]
    [InlineData("alter table public.people enable row level security", "42501")]
    [InlineData("revoke insert on public.people from reader", "reader has lost INSERT on public.people")]
    [InlineData("revoke execute on function public.greet(text) from public, reader", "public has lost EXECUTE on public.greet")]
    [InlineData("revoke select on public.people from reader", "reader has lost SELECT on public.people")]
    [InlineData("alter table public.places drop constraint places_person_fkey", "PGRST200")]
    [InlineData("drop function public.greet(text)", "42883")]
    [InlineData("alter type public.mood rename value 'good' to 'fine'", "22P02")]
    public async Task The_old_code_does_not_work_after_what_takes_away_or_tightens(string migration, string reason) =>
        (await BreaksAsync(migration)).Select(found => found.Reason).ShouldContain(text => text.Contains(reason));

    [Fact]
    public async Task What_did_not_work_before_is_not_blamed_on_the_migration()
    {
        using var project = await ProjectAsync(Schema + "; revoke all on public.people from reader", "select 1");
        (await FitsAsync(project)).Single().Breaks.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_migration_has_its_own_verdict_so_that_only_what_must_goes_back()
    {
        using var project = await ProjectAsync(Schema, "create table public.extra (id int)", "alter table public.people drop column mood");
        var situation = await project.SituationAsync();
        var replayed = await project.RunAsync();
        situation.Pending.Select(file => SchemaFit.Judge(file, replayed).IsCompatible).ShouldBe([true, false]);
        SchemaFit.Judge(replayed).Problem.ShouldNotBeNull().ShouldContain("old, \"make\"");
        SchemaFit.Judge(replayed).Remedy.ShouldContain("Expand first");
    }

    [Fact]
    public async Task A_commit_that_is_not_here_makes_the_verdict_unknown_not_good()
    {
        await repository.CommitAsync(Contract);
        using var project = await ReplayedProject.WithAsync(server, Schema);
        project.Add("select 1");
        var unknown = new ReplayedProject(project) { Contracts = repository.Contracts(new string('d', 40)) };
        SchemaFit.Judge(await unknown.RunAsync()).Problem.ShouldNotBeNull().ShouldContain("is not in this clone");
    }

    [Theory]
    [InlineData("alter table public.places drop column person", "no contract speaks for silent: whether their code works on the new schema is not tried; in doubt: 002_m2: not known to only add: alter table public.places drop column person")]
    [InlineData("create table public.extra (id int)", "no contract speaks for silent: whether their code works on the new schema is not tried")]
    public async Task A_service_without_contract_is_named_with_what_is_in_doubt_for_it(string migration, string unspoken)
    {
        await repository.WriteCodeAsync("silent");
        var commit = await repository.CommitAsync("""{"version": 1, "service": "old"}""");
        using var project = new ReplayedProject(await ReplayedProject.WithAsync(server, Schema)) { Contracts = repository.Contracts(commit, "silent", "unborn") };
        project.Add(migration);
        var verdict = SchemaFit.Judge(await project.RunAsync());
        (verdict.Problem, verdict.Unspoken).ShouldBe((null, unspoken));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"version": 2, "service": "x"}""")]
    [InlineData("""{"version": 1, "service": "x", "querys": []}""")]
    public void A_contract_of_another_form_is_refused(string json) =>
        Should.Throw<UnreadableContractException>(() => DatabaseContract.Parse("contract.json", json)).Kind.ShouldBe(FailureKind.Refused);

    async Task<ImmutableArray<ContractBreak>> BreaksAsync(string migration)
    {
        using var project = await ProjectAsync(Schema, migration);
        return (await FitsAsync(project)).Single().Breaks;
    }

    static async Task<ImmutableArray<Deploy.Migrations.Replays.MigrationFit>> FitsAsync(ReplayedProject project) => (await project.RunAsync()).Fits;

    async Task<ReplayedProject> ProjectAsync(string schema, params string[] migrations)
    {
        var commit = await repository.CommitAsync(Contract);
        var project = new ReplayedProject(await ReplayedProject.WithAsync(server, schema)) { Contracts = repository.Contracts(commit) };
        foreach (var migration in migrations)
            project.Add(migration);
        return project;
    }
}
