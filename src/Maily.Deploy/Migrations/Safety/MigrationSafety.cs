using System.Collections.Immutable;
using Maily.Deploy.Migrations.Replays;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>From how many rows on something that takes long in proportion to them is a warning, or an error.</summary>
/// <param name="Warning">Below, it is over before anybody notices.</param>
/// <param name="Error">From here on, people wait.</param>
public sealed record SafetyThresholds(long Warning = 10_000, long Error = 200_000);

/// <summary>Judges what migrations were seen to do on a scratch database by the size and traffic of the tables in the target.</summary>
public static class MigrationSafety
{
    /// <summary>The findings about these statements, in their order.</summary>
    public static IEnumerable<MigrationFinding> Judge(
        IEnumerable<MeasuredStatement> statements, IReadOnlyDictionary<string, TableFacts> facts, SafetyThresholds thresholds) =>
        from measured in statements
        from impact in measured.Impacts
        let table = facts.GetValueOrDefault(impact.Table) ?? new TableFacts(impact.Table, 0, 0, 0, 0)
        let finding = Of(measured, impact, table, thresholds)
        where finding is not null
        select finding;

    static MigrationFinding? Of(MeasuredStatement measured, TableImpact impact, TableFacts table, SafetyThresholds thresholds)
    {
        var isLong = impact.IsRewritten || impact.IsScanned;
        return (impact, isLong) switch
        {
            ({ Lock: >= TableLockMode.Share, IsRewritten: true }, _) => Finding(measured, "rewrite", BySize(table, thresholds), impact, table, "writes every row anew"),
            ({ Lock: >= TableLockMode.Share }, true) => Finding(measured, "scan-under-lock", BySize(table, thresholds), impact, table, "reads every row"),
            ({ Lock: >= TableLockMode.Share, IsNewLock: true }, _) when table.ReadsPerSecond + table.WritesPerSecond >= 1 =>
                Finding(measured, "lock", FindingSeverity.Notice, impact, table, "is done at once when it has the lock, but everybody queues behind it until then"),
            ({ Lock: TableLockMode.RowExclusive }, true) when measured.Statement.StartsWith("UPDATE|DELETE") && table.Rows >= thresholds.Warning =>
                Finding(measured, "mass-change", FindingSeverity.Warning, impact, table, "may change every row in one transaction"),
            _ => null,
        };
    }

    static FindingSeverity BySize(TableFacts table, SafetyThresholds thresholds) =>
        table.Rows >= thresholds.Error ? FindingSeverity.Error : table.Rows >= thresholds.Warning ? FindingSeverity.Warning : FindingSeverity.Notice;

    static MigrationFinding Finding(MeasuredStatement measured, string rule, FindingSeverity severity, TableImpact impact, TableFacts table, string what) => new()
    {
        Rule = rule, Severity = severity, Path = measured.File.Path, Line = measured.Line, Statement = measured.Statement.FirstWords(9),
        Fact = $"`{measured.Statement.FirstWords(9)}` {(impact.IsNewLock ? "takes" : "holds")} {NameOf(impact.Lock)} on {table} and {what}: {Blocks(impact.Lock)}",
        Remedy = SafeForms.For(measured.Statement),
    };

    static string NameOf(TableLockMode? mode) => mode switch
    {
        TableLockMode.AccessExclusive => "ACCESS EXCLUSIVE",
        TableLockMode.Exclusive => "EXCLUSIVE",
        TableLockMode.ShareRowExclusive => "SHARE ROW EXCLUSIVE",
        TableLockMode.Share => "SHARE",
        TableLockMode.ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
        TableLockMode.RowExclusive => "ROW EXCLUSIVE",
        _ => "no strong lock",
    };

    static string Blocks(TableLockMode? mode) => mode switch
    {
        TableLockMode.AccessExclusive => "nobody can read or write it until the migration commits",
        >= TableLockMode.Share => "nobody can write it until the migration commits",
        _ => "whoever writes the same rows waits until it commits",
    };
}
