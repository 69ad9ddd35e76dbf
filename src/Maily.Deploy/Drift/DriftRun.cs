using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Drift;

/// <summary>Compares all parts of an environment with the release record. Takes no lease, and so works while a deployment runs.</summary>
/// <param name="sources">The parts.</param>
/// <param name="store">The release records.</param>
/// <param name="time">The clock.</param>
public sealed class DriftRun(ImmutableArray<DriftSource> sources, IDeploymentStore store, TimeProvider time)
{
    /// <summary>The report. What cannot be compared is said in it, and hides nothing else.</summary>
    public async Task<DriftReport> CompareAsync(string environment, CancellationToken cancellation)
    {
        var status = await EnvironmentStatus.ReadAsync(store, environment, cancellation);
        var report = new DriftReport
        {
            Environment = environment, At = time.GetUtcNow(), AtWork = status is { IsAtWork: true, Unfinished.Header: { } header } ? header.Id : null,
            Release = status.Live?.Deployment, Commit = status.Live?.Commit,
        };
        if (status.Live is not { } live)
            return report with { Parts = [.. sources.Select(source => new DriftPart(source.Name, DriftState.NotCompared, "nothing was released yet"))] };
        var standing = ReleaseHistory.Standing(await store.ListReleasesAsync(environment, Rollback.Reach, cancellation)).Select(release => release.Deployment.Value);
        var released = new ReleasedState(live, standing.Append(live.Deployment.Value).ToHashSet(StringComparer.Ordinal));
        return report with { Parts = [.. await Task.WhenAll(sources.Select(source => CompareAsync(source, released, cancellation)))] };
    }

    static async Task<DriftPart> CompareAsync(DriftSource source, ReleasedState released, CancellationToken cancellation)
    {
        try
        {
            return await source.Make().CompareAsync(source.Name, released, cancellation);
        }
        catch (MissingVariableException missing)
        {
            return new(source.Name, DriftState.NotCompared, missing.Fact);
        }
        catch (DeployException failed)
        {
            return new(source.Name, DriftState.Unknown, string.Join(' ', new[] { failed.Fact, failed.Evidence?.ReplaceLineEndings(" "), failed.Remedy }.Where(text => !string.IsNullOrWhiteSpace(text))));
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // Its kind only: the message of an error that nobody foresaw may hold anything.
            return new(source.Name, DriftState.Unknown, $"It could not be compared: {failed.GetType().Name}.");
        }
    }
}
