using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Images.Pruning;

/// <summary>
/// Cleans the registry by policy, under the environment's lease: no deployment is at work meanwhile. Where release records or live workloads
/// cannot be read, nothing is decided.
/// </summary>
public sealed record ImagePruning
{
    const int ReadReleases = 1000;

    /// <summary>The images whose repositories are cleaned.</summary>
    public required ImmutableArray<ImageSpec> Images { get; init; }

    /// <summary>The registry.</summary>
    public required ImageSettings Settings { get; init; }

    /// <summary>All environments that there are: those that push to the same registry keep their images too.</summary>
    public required ImmutableArray<string> Environments { get; init; }

    /// <summary>Reads the images that live workloads use, in every region, each with who does.</summary>
    public required Func<CancellationToken, Task<ImmutableDictionary<string, string>>> LiveAsync { get; init; }

    /// <summary>What is kept.</summary>
    public ImageRetention Retention { get; init; } = new();

    /// <summary>Decides, and deletes where that is asked for.</summary>
    /// <param name="store">Has the release records, and the lease.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="delete">False only decides.</param>
    /// <param name="cancellation">Aborts; what is deleted by then stays so.</param>
    /// <exception cref="NothingKnownToBeUsedException">There is no release record at all.</exception>
    /// <exception cref="DeletionForbiddenException">The registry lets nobody delete.</exception>
    public async Task<ImmutableArray<PruneDecision>> RunAsync(IDeploymentStore store, DeploymentRequest request, bool delete, CancellationToken cancellation)
    {
        await store.PrepareAsync(cancellation);
        if (!delete)
            return await DecideAsync(store, request, cancellation);
        await using var lease = await LeaseKeeper.AcquireAsync(
            store, request.Environment, request.HolderOf("PruneImages"), request.LeaseLifetime, request.Wait, request.Time, request.Log, cancellation);
        var decisions = await DecideAsync(store, request, cancellation);
        using var registry = new RegistryReader(Settings, request.Time);
        foreach (var decision in decisions.Where(decision => decision.Goes))
            await DeleteAsync(decision, decisions, lease, registry, request, cancellation);
        return decisions;
    }

    async Task DeleteAsync(PruneDecision decision, ImmutableArray<PruneDecision> all, LeaseKeeper lease, RegistryReader registry, DeploymentRequest request, CancellationToken cancellation)
    {
        var (image, digest) = (decision.Stored.Image, decision.Stored.Digest);
        var permit = new ChangePermit(request.Id, new StepId("PruneImages", image), lease.Lease.FencingNumber, request.Time, () => lease.Left);
        var writer = new RegistryWriter(Settings, registry, permit);
        var kept = all.Where(other => !other.Goes && other.Stored.Image == image).SelectMany(other => other.Stored.Parts.Prepend(other.Stored.Digest)).ToHashSet(StringComparer.Ordinal);
        foreach (var part in decision.Stored.Parts.Where(part => !kept.Contains(part)).Prepend(digest))
            await writer.DeleteAsync(image, part, cancellation);
        request.Log.LogInformation("deleted {Image}@{Digest}", image, digest);
    }

    async Task<ImmutableArray<PruneDecision>> DecideAsync(IDeploymentStore store, DeploymentRequest request, CancellationToken cancellation)
    {
        // Of all that push there: no release record names yet what a deployment at work is about to run.
        foreach (var environment in Environments.Append(request.Environment).Distinct(StringComparer.Ordinal))
            if (Unfinished.FindOpen(await store.ListAsync(environment, Rollback.Reach, cancellation)) is { } unfinished)
                throw new UnfinishedDeploymentException(unfinished);
        var (used, known) = await ReadReleasesAsync(store, cancellation);
        if (!known.Contains(request.Environment))
            throw new NothingKnownToBeUsedException(request.Environment, store.Description);
        foreach (var (image, by) in await LiveAsync(cancellation))
            if (ImageName.Parse(image)?.Digest is { } digest)
                used[digest] = by;
        using var registry = new RegistryReader(Settings, request.Time);
        var decisions = ImmutableArray.CreateBuilder<PruneDecision>();
        foreach (var image in Images)
        {
            var stored = await new RepositoryImages(registry).ListAsync(image.Name, cancellation);
            decisions.AddRange(Retention.Decide(stored, used, known, request.Time.GetUtcNow()));
        }

        return decisions.ToImmutable();
    }

    async Task<(Dictionary<string, string> Used, HashSet<string> Known)> ReadReleasesAsync(IReleaseStore store, CancellationToken cancellation)
    {
        var (used, known) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var environment in Environments)
        {
            var records = await store.ListReleasesAsync(environment, ReadReleases, cancellation);
            if (!records.IsEmpty)
                known.Add(environment);
            // The last ones as they were written, and the last of those that a rollback can go back to.
            foreach (var release in records.Take(Retention.Releases).Concat(ReleaseHistory.Standing(records).TakeLast(Retention.Releases)))
                foreach (var reference in release.Images.Values)
                    if (ImageName.Parse(reference)?.Digest is { } digest)
                        used[digest] = $"the release {release.Deployment} of {environment}";
        }

        return (used, known);
    }
}

/// <summary>An environment has no release record, so that nothing says which images it uses.</summary>
public sealed class NothingKnownToBeUsedException(string environment, string store)
    : DeployException($"{environment} has no release record: nothing says which images it uses.", "Set MAILY_JOURNAL_URL to the store that its deployments write, or deploy first.", store)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
