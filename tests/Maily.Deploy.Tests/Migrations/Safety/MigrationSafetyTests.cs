using System.Collections.Immutable;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Migrations.Replays;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations.Safety;

/// <summary>What statements do is seen on a real server; only the sizes are told to it.</summary>
public sealed class MigrationSafetyTests(PostgresServer server)
{
    const string Before = """
        create table public.big (id int primary key, name text, other int); create table public.small (id int primary key, name text);
        create materialized view public.counts as select id from public.big; create unique index on public.counts (id)
        """;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("alter table public.big alter column other type bigint", "rewrite", "ACCESS EXCLUSIVE", "Add a new column")]
    [InlineData("alter table public.big add column token uuid default gen_random_uuid()", "rewrite", "ACCESS EXCLUSIVE", "without the volatile default")]
    [InlineData("alter table public.big alter column name set not null", "scan-under-lock", "ACCESS EXCLUSIVE", "not valid")]
    [InlineData("alter table public.big add constraint named check (name <> '')", "scan-under-lock", "ACCESS EXCLUSIVE", "validate constraint")]
    [InlineData("create index on public.big (name)", "scan-under-lock", "SHARE", "create index concurrently")]
    [InlineData("alter table public.big add constraint one unique (name)", "scan-under-lock", "ACCESS EXCLUSIVE", "using index")]
    [InlineData("alter table public.big add constraint friend foreign key (other) references public.small", "scan-under-lock", "SHARE ROW EXCLUSIVE", "not valid")]
    [InlineData("lock table public.big; select count(*) from public.big", "scan-under-lock", "ACCESS EXCLUSIVE", "Split it")]
    public async Task What_takes_long_under_a_lock_is_an_error_on_a_big_table(string sql, string rule, string mode, string remedy)
    {
        var finding = (await FindAsync(sql)).ShouldHaveSingleItem();
        finding.ShouldSatisfyAllConditions(
            found => found.Rule.ShouldBe(rule), found => found.Severity.ShouldBe(FindingSeverity.Error), found => found.Fact.ShouldContain($" {mode} on public.big (about 5,000,000 rows"),
            found => found.Remedy.ShouldContain(remedy));
    }

    [Theory]
    [InlineData("alter table public.small alter column id type bigint")]
    [InlineData("create index on public.small (name)")]
    public async Task The_same_on_a_small_table_is_only_told(string sql) =>
        (await FindAsync(sql)).ShouldAllBe(finding => finding.Severity == FindingSeverity.Notice);

    [Theory]
    [InlineData("alter table public.big add column age int")]
    [InlineData("alter table public.big add column age int not null default 7")]
    [InlineData("alter table public.big add constraint named check (name <> '') not valid")]
    [InlineData("create index concurrently big_name on public.big (name)")]
    [InlineData("alter table public.big alter column name type varchar")]
    [InlineData("create table public.fresh (id int); create index on public.fresh (id); alter table public.fresh alter column id set not null")]
    [InlineData("insert into public.small values (1)")]
    public async Task What_is_done_at_once_is_no_finding(string sql) => (await FindAsync(sql)).ShouldBeEmpty();

    [Fact]
    public async Task A_change_of_every_row_is_a_warning() =>
        (await FindAsync("update public.big set name = 'x'")).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            found => found.Rule.ShouldBe("mass-change"), found => found.Severity.ShouldBe(FindingSeverity.Warning), found => found.Remedy.ShouldContain("batches"));

    [Fact]
    public async Task The_line_is_the_statements_own() =>
        (await FindAsync("-- a comment\nselect 1;\n\ncreate index on public.big (name)")).ShouldHaveSingleItem().Line.ShouldBe(4);

    [Theory]
    [InlineData("-- maily-ignore scan-under-lock: nobody writes it at night", "nobody writes it at night")]
    [InlineData("-- maily-ignore rewrite, scan-under-lock: small", "small")]
    [InlineData("-- maily-ignore rewrite: another rule", null)]
    public async Task A_comment_with_a_reason_accepts_the_rule_that_it_names(string comment, string? reason)
    {
        var sql = $"select 1;\n{comment}\ncreate index on public.big (name)";
        Suppressions.Apply(await FindAsync(sql), [Sql.File(sql) with { Path = Path }]).ShouldHaveSingleItem().SuppressedBecause.ShouldBe(reason);
    }

    [Fact]
    public async Task A_comment_without_a_reason_accepts_nothing_and_is_an_error_itself()
    {
        const string sql = "-- maily-ignore scan-under-lock\ncreate index on public.big (name)";
        var findings = Suppressions.Apply(await FindAsync(sql), [Sql.File(sql) with { Path = Path }]);
        findings.Select(finding => finding.Rule).ShouldBe([Suppressions.WithoutReason, "scan-under-lock"], ignoreOrder: true);
        new SafetyReport(findings, 1).Of(FindingSeverity.Error).Length.ShouldBe(2);
        Should.Throw<UnsafeMigrationsException>(new SafetyReport(findings, 1).ThrowIfUnsafe).Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public async Task Sizes_and_traffic_are_the_targets_own()
    {
        using var project = await ReplayedProject.WithAsync(server, Before);
        await PostgresServer.ExecuteAsync(project.Database, "insert into public.small select n, 'x' from generate_series(1, 20000) n; analyze public.small");
        await using var connection = await new ReadOnlyDatabase(project.Database).OpenAsync(Cancellation);
        var facts = (await TableFacts.ReadAsync(connection, Cancellation))["public.small"];
        facts.Rows.ShouldBe(20_000);
        facts.Bytes.ShouldBeGreaterThan(700_000);
    }

    const string Path = "x.sql";

    async Task<ImmutableArray<MigrationFinding>> FindAsync(string sql)
    {
        using var project = await ReplayedProject.WithAsync(server, Before);
        project.Add(sql);
        var facts = new Dictionary<string, TableFacts> { ["public.big"] = new("public.big", 5_000_000, 1_000_000_000, 0, 0), ["public.small"] = new("public.small", 10, 8_192, 0, 0) };
        return [.. MigrationSafety.Judge((await project.RunAsync()).Statements, facts, new()).Select(finding => finding with { Path = Path })];
    }
}
