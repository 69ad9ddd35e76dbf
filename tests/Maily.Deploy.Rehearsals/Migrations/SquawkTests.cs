using System.Text;
using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Rehearsals.Migrations;

/// <summary>The real squawk.</summary>
public sealed class SquawkTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-squawk-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Its_findings_have_our_lines_and_are_warnings_since_it_sees_no_sizes()
    {
        var found = await FindAsync("select 1;\n\nalter table public.a\n  rename column b to c;\ncreate index i on public.a (c);");
        found.Select(finding => (finding.Rule, finding.Line, finding.Severity)).ShouldBe([("renaming-column", 4, FindingSeverity.Warning), ("require-concurrent-index-creation", 5, FindingSeverity.Warning)], ignoreOrder: true);
        found.ShouldAllBe(finding => finding.Remedy.Length > 10);
    }

    [Fact]
    public async Task What_it_cannot_parse_is_an_error() =>
        (await FindAsync("select 1 from;")).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            finding => finding.Rule.ShouldBe("syntax-error"), finding => finding.Severity.ShouldBe(FindingSeverity.Error));

    [Fact]
    public async Task The_time_outs_that_every_migration_gets_are_not_asked_for() =>
        (await FindAsync("alter table public.a add column b text;")).ShouldBeEmpty();

    async Task<IReadOnlyList<MigrationFinding>> FindAsync(string sql)
    {
        await NpmTool.FindAsync(Squawk.Files[0], Cancellation);
        var path = Path.Combine(folder.FullName, "20260101000000_test.sql");
        await File.WriteAllTextAsync(path, sql, Cancellation);
        var found = await new Squawk(NpmTool.All, new ProcessRunner(TimeProvider.System)).FindAsync([MigrationFolder.Parse(path, Encoding.UTF8.GetBytes(sql))], 15, Cancellation);
        return found.ShouldNotBeNull();
    }
}
