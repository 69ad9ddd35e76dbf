using Maily.Deploy.Drift;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>Compares what is live with the release record, and sets the exit code: 0 as released, 2 something differs or stays unknown.</summary>
sealed class Drifting(IHazDeployment build)
{
    /// <summary>Compares, writes the report and says it.</summary>
    public Task RunAsync(CancellationToken cancellation) => ExitCodes.SetAsync(build, nameof(IDrift.Drift), async () =>
    {
        var loaded = await build.Session.LoadAsync(build, cancellation);
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        var report = await new DriftRun(loaded.Definition.Drift, store, build.Session.Time).CompareAsync(build.Environment, cancellation);
        var path = await DriftFiles.WriteAsync(build.RootDirectory / "artifacts" / "drift", report, loaded.Redact, cancellation);
        foreach (var line in DriftText.Lines(report))
            loaded.Log.LogInformation("{Line}", line);
        if (report.AtWork is { } deployment)
            loaded.Log.LogWarning("{Deployment} is at work: what differs may be its doing", deployment);
        loaded.Log.LogInformation("{Headline}: {Path}", DriftText.Headline(report), path);
        if (!report.IsAsReleased)
            throw new DriftedException(report);
    });
}

/// <summary>What is live is not what was released, or nobody can tell.</summary>
public sealed class DriftedException(DriftReport report)
    : DeployException($"{DriftText.Headline(report)}.", "Deploy the release again, which brings it back; or make what was changed part of the next one.",
        string.Join(Environment.NewLine, DriftText.Lines(report)))
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
