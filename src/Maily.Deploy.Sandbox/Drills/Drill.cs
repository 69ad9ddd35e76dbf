using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Lets faults strike deployments in a sandbox one after another, and holds each end to the allowed ones.</summary>
public sealed class Drill(RunningSandbox sandbox, DrillProduct product, DrillFolder folder, TimeProvider time, ILogger log)
{
    /// <summary>Runs the chosen faults; the report stands on the disk after each of them.</summary>
    /// <exception cref="UnknownFaultException">The selection names what there is not; nothing was drilled.</exception>
    public async Task<DrillReport> RunAsync(DrillSelection selection, CancellationToken cancellation)
    {
        log.LogInformation("Deploys the release that is live before each fault, then the next one without a fault");
        await using var site = await DrillSite.OpenAsync(sandbox, product, time, cancellation);
        var reference = await new Calibration(site).RunAsync(cancellation);
        var chosen = selection.Of(reference);
        var report = selection.Remaining ? DrillReport.Read(folder.Path).Only(chosen) : DrillReport.Empty;
        report = report with { Seed = selection.Seed };
        var left = chosen.Where(fault => !report.IsPassed(fault)).ToImmutableArray();
        log.LogInformation("{Steps} steps, {Count} faults{Kept}", reference.Steps.Length, left.Length, report.Results.IsEmpty ? "" : $", {report.Results.Length} stand in the last report");
        foreach (var (fault, place) in left.Select((fault, place) => (fault, place + 1)))
        {
            cancellation.ThrowIfCancellationRequested();
            report = report.With(await RunAsync(new DrillCell(site, reference, fault, selection.Seed), $"[{place}/{left.Length}]", cancellation));
            report.Write(folder.Path);
        }

        return report;
    }

    async Task<DrillResult> RunAsync(DrillCell cell, string place, CancellationToken cancellation)
    {
        var result = await cell.RunAsync(cancellation);
        log.LogInformation("{Place} {Fault}: {End}, {Seconds:0.0} s{Missed}", place, result.Fault, result.End, result.Seconds, result.HasStruck ? "" : " (there was nothing to strike)");
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "cells")).FullName, $"{result.Fault}.log".Replace('/', '.').Replace(' ', '-').Replace(",", "", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, $"{string.Join('\n', result.Problems)}\n----\n{cell.Output}", cancellation);
        if (!result.Problems.IsEmpty)
            log.LogError("{Fault} does not end as it may: {Problems} ({File})", result.Fault, string.Join("; ", result.Problems.Take(3)), file);
        return result;
    }
}
