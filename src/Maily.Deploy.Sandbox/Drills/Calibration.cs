using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Deploys the next release once without a fault, one target after another, and writes down what each step did.</summary>
sealed class Calibration(DrillSite site)
{
    readonly Lock gate = new();
    readonly Dictionary<StepId, long[]> begun = [];
    readonly List<DrilledStep> steps = [];
    readonly List<(string, ImmutableArray<string>)> migrations = [];

    /// <summary>Runs it, and goes back.</summary>
    /// <exception cref="DrillFailedException">The next release cannot be deployed.</exception>
    public async Task<DrillReference> RunAsync(CancellationToken cancellation)
    {
        var before = await site.ReadAsync(cancellation);
        site.Control.Use(ReachedAsync);
        using var machine = await site.Clones.CloneAsync("next", cancellation);
        var start = site.Time.GetTimestamp();
        using var deploying = site.Deploy(machine, "--parallel", "1");
        if (await deploying.EndAsync(cancellation) is { ExitCode: not 0 } failed)
            throw new DrillFailedException("The next release cannot be deployed even without a fault.", failed.Output);
        var duration = site.Time.GetElapsedTime(start);
        var complete = await site.ReadAsync(cancellation);
        var undone = await site.StepsWithWayBackAsync(cancellation);
        await site.RestoreAsync(cancellation);
        if (before.DifferencesTo(await site.ReadAsync(cancellation)).ToList() is { Count: > 0 } left)
            throw new DrillFailedException("The sandbox does not go back to what it was.", string.Join('\n', left));
        return new() { Steps = [.. steps.Select(step => step with { IsUndone = undone.Contains(step.Id.ToString()) })], Last = steps[^1].Id, Duration = duration, Before = before, Complete = complete.OfAnyRun(before), Migrations = [.. migrations] };
    }

    async Task<Sufferance> ReachedAsync(StepId step, StepMoment moment, CancellationToken cancellation)
    {
        if (moment == StepMoment.BeforeApply)
            lock (gate)
                begun[step] = Sent();
        else if (moment == StepMoment.AfterApply)
            lock (gate)
                steps.Add(Describe(step));
        else if (moment == StepMoment.Verify && step.Stage == DrillReference.MigrationStage)
            migrations.Add((step.Name, await site.ReadDatabaseAsync(cancellation)));
        return Sufferance.None;
    }

    DrilledStep Describe(StepId step)
    {
        var sent = Sent().Zip(begun[step], (now, then) => now - then).ToArray();
        // The journal's wire is not the step's: what it sends there comes before and after.
        var busiest = site.Wires.All.Zip(sent).Where(pair => pair.First.Name != "journal").MaxBy(pair => pair.Second);
        return new(step, busiest.First.Name, (int)busiest.Second, IsUndone: false);
    }

    long[] Sent() => [.. site.Wires.All.Select(wire => wire.Sent)];
}
