using System.Collections.Immutable;
using Maily.Deploy.Reports;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>One cell of the matrix: one fault in one deployment of the next release, and how it ends.</summary>
sealed class DrillCell(DrillSite site, DrillReference reference, Fault fault, int seed)
{
    readonly List<DrilledRun> runs = [];

    /// <summary>What the runs wrote.</summary>
    public string Output => string.Join("\n----\n", runs.Select(run => $"{run.Output}\nexit code {run.ExitCode}"));

    /// <summary>Goes back to the former release, lets the fault strike, and judges the end.</summary>
    public async Task<DrillResult> RunAsync(CancellationToken cancellation)
    {
        var begun = site.Time.GetTimestamp();
        await site.RestoreAsync(cancellation);
        using var first = await site.Clones.TakeNextAsync(cancellation);
        await using var disk = fault.Kind == FaultKind.DiskFull ? await SmallDisk.MountAsync(Path.Combine(first.Root, "artifacts"), site.Runner, cancellation) : null;
        await using var writer = site.StartWriter();
        var struck = FaultMatrix.InstantOf(fault) is { } instant ? await KillAsync(first, instant, cancellation) : await StrikeAsync(first, disk, cancellation);
        site.Control.Use((_, _, _) => Task.FromResult(Sufferance.None));
        site.Wires.Heal();
        var isKilled = fault.Recovery != Recovery.None && struck;
        using var second = isKilled ? await RecoverAsync(first, cancellation) : null;
        var report = DrilledReport.Find(second ?? first);
        return await JudgeAsync(report, writer, struck, isKilled, begun, cancellation);
    }

    async Task<bool> StrikeAsync(DrillClone machine, SmallDisk? disk, CancellationToken cancellation)
    {
        var step = reference.Steps.Single(step => step.Id == fault.Step);
        DrilledProcess? process = null;
        var injection = new FaultInjection(fault, reference.Last, site.Wires[step.Wire], FaultMatrix.PieceOf(fault, step.Pieces, seed), () => process!, disk);
        site.Control.Use(injection.ReachedAsync);
        using (process = site.Deploy(machine))
            runs.Add(await process.EndAsync(cancellation));
        return injection.HasStruck;
    }

    async Task<bool> KillAsync(DrillClone machine, TimeSpan instant, CancellationToken cancellation)
    {
        using var process = site.Deploy(machine);
        await Task.Delay(instant, site.Time, cancellation);
        process.Kill();
        runs.Add(await process.EndAsync(cancellation));
        // One that had ended before is not lost with its machine, but looked at from another one all the same.
        return true;
    }

    // From another machine: all that the first one wrote is gone with it.
    async Task<DrillClone> RecoverAsync(DrillClone lost, CancellationToken cancellation)
    {
        lost.Dispose();
        var other = await site.Clones.TakeNextAsync(cancellation);
        await site.ExpireLeaseAsync(cancellation);
        using var recovering = fault.Recovery == Recovery.Resume ? site.Deploy(other, "--resume", "--wait", "30s") : site.Start(other, "Rollback", "--unfinished-only", "--wait", "30s");
        runs.Add(await recovering.EndAsync(cancellation));
        return other;
    }

    async Task<DrillResult> JudgeAsync(DeploymentReport? report, SteadyWriter writer, bool struck, bool isKilled, long begun, CancellationToken cancellation)
    {
        var after = await site.ReadAsync(cancellation);
        var verdict = Verdict.Of(reference, report, after, runs[^1].ExitCode, isKilled && fault.Recovery == Recovery.Rollback);
        var (acknowledged, missing) = await writer.EndAsync(cancellation);
        ImmutableArray<string> problems =
        [
            .. verdict.Problems, .. await site.UnendedAsync(cancellation),
            .. missing.IsEmpty ? [] : new[] { $"{missing.Length} acknowledged rows are lost" },
            .. acknowledged > 0 ? [] : new[] { "the writer could not write at all" },
        ];
        return new()
        {
            Fault = fault, HasStruck = struck, End = problems.IsEmpty ? verdict.End : DrilledEnd.Wrong, ExitCodes = [.. runs.Select(run => run.ExitCode)],
            Seconds = Math.Round(site.Time.GetElapsedTime(begun).TotalSeconds, 2), AcknowledgedRows = acknowledged, LostRows = missing.Length,
            Leftovers = report?.Leftovers ?? [], Problems = problems,
        };
    }
}
