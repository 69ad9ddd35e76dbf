using Maily.Deploy.Migrations.Safety;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>What is unsafe about migrations, for people.</summary>
static class SafetyText
{
    /// <summary>Each finding with its remedy, then the count.</summary>
    public static void Say(SafetyReport report, ILogger log)
    {
        foreach (var finding in report.Findings)
        {
            log.Log(LevelOf(finding), "{Finding}", finding.ToString());
            if (finding.SuppressedBecause is null)
                log.Log(LevelOf(finding), "    -> {Remedy}", finding.Remedy);
        }

        log.LogInformation("Pending migrations: {Measured}, {Errors} errors, {Warnings} warnings", report.Measured is { } count ? $"{count} statements measured" : "not measured: no scratch server",
            report.Of(FindingSeverity.Error).Length, report.Of(FindingSeverity.Warning).Length);
    }

    static LogLevel LevelOf(MigrationFinding finding) => finding switch
    {
        { SuppressedBecause: not null } or { Severity: FindingSeverity.Notice } => LogLevel.Information,
        { Severity: FindingSeverity.Warning } => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
