using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Reports;
using Maily.Deploy.Sandbox.Snapshots;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Whether an end is one of the allowed ones, and if not, why.</summary>
/// <param name="End">The end.</param>
/// <param name="Problems">What is wrong; empty for an allowed end.</param>
sealed record Verdict(DrilledEnd End, ImmutableArray<string> Problems)
{
    /// <summary>Holds the far sides to what the report says.</summary>
    public static Verdict Of(DrillReference reference, DeploymentReport? report, FarSideState after, int exitCode, bool isRollback)
    {
        if (report is null)
            return Untouched(reference, after, exitCode, isRollback);
        var (end, problems) = report.Outcome switch
        {
            DeploymentOutcome.Succeeded => (DrilledEnd.Complete, Differences(reference.Complete, after.OfAnyRun(reference.Before))),
            DeploymentOutcome.RolledBack => (DrilledEnd.Undone, NotUndone(reference, report, after)),
            // Nothing that is live was touched; what was built and staged beside it is listed as after an undoing.
            DeploymentOutcome.Refused => (DrilledEnd.Refused, NotUndone(reference, report, after).Concat(report.Left(DrillReference.MigrationStage).Select(kept => $"it was refused, and {kept} is kept"))),
            _ => (DrilledEnd.NeedsPerson, NotLeftToPerson(reference, report, after)),
        };
        ImmutableArray<string> all = report.Fits(exitCode, isRollback) ? [.. problems] : [$"exit code {exitCode} does not fit the outcome {report.Outcome}", .. problems];
        return new(all.IsEmpty ? end : DrilledEnd.Wrong, all);
    }

    // Nobody reports on a deployment that was killed before it began, or after its end.
    static Verdict Untouched(DrillReference reference, FarSideState after, int exitCode, bool isRollback)
    {
        if (exitCode != (isRollback ? 0 : 3))
            return new(DrilledEnd.Wrong, [$"exit code {exitCode} and no report"]);
        var (before, complete) = (Differences(reference.Before, after).ToImmutableArray(), Differences(reference.Complete, after.OfAnyRun(reference.Before)));
        return before.IsEmpty ? new(DrilledEnd.Refused, []) : complete.Any() ? new(DrilledEnd.Wrong, before) : new(DrilledEnd.Complete, []);
    }

    static IEnumerable<string> Differences(FarSideState wanted, FarSideState after) => after.DifferencesTo(wanted);

    static IEnumerable<string> NotUndone(DrillReference reference, DeploymentReport report, FarSideState after)
    {
        var kept = report.Left(DrillReference.MigrationStage).Distinct(StringComparer.Ordinal).ToList();
        var database = reference.DatabaseWith(kept);
        if (database is null)
            yield return $"the migrations that are said to be kept are not the first ones: {string.Join(", ", kept)}";
        var before = reference.Before;
        foreach (var line in FarSideState.Difference(database ?? before.Database, after.Database)
            .Concat(FarSideState.Difference(before.Clusters, after.Clusters)).Concat(FarSideState.Difference(before.Frontend, after.Frontend)))
            yield return line;
        foreach (var line in Unlisted(report, before, after))
            yield return line;
    }

    // What only adds may stay, where the report says so.
    static IEnumerable<string> Unlisted(DeploymentReport report, FarSideState before, FarSideState after)
    {
        var images = report.Left("PushImages");
        return FarSideState.Difference(before.Tags, after.Tags).Where(line => !IsAdded(line) || !images.Any(image => line.Contains($"{image}:", StringComparison.Ordinal)))
            .Concat(FarSideState.Difference(before.Staged, after.Staged).Where(line => !IsAdded(line) || report.Left("StageVercel").IsEmpty))
            .Concat(FarSideState.Difference(before.Backups, after.Backups).Where(line => !IsAdded(line) || report.Left("Backup").IsEmpty))
            .Select(line => $"{line} (the report does not list it)");
    }

    // Each part that differs is named in what a person must do.
    static IEnumerable<string> NotLeftToPerson(DrillReference reference, DeploymentReport report, FarSideState after)
    {
        if (report.ToDo.IsEmpty)
            yield return "a person must act, and the report does not say what";
        if (!report.ToDo.Any(line => line.StartsWith($"{DrillReference.MigrationStage}/", StringComparison.Ordinal)))
            yield return $"a person must act, where no policy demands it: {string.Join("; ", report.ToDo)}";
        foreach (var line in FarSideState.Difference(reference.Before.Clusters, after.Clusters).Concat(FarSideState.Difference(reference.Before.Frontend, after.Frontend)))
            yield return line;
    }

    static bool IsAdded(string line) => line.StartsWith('+');
}
