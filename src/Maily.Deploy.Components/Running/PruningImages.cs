using System.Collections.Immutable;
using Maily.Deploy.Images.Pruning;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>Lists what the registry keeps and why, and deletes the rest where that is consented to. Exit codes: 3 refused, 1 failed.</summary>
sealed class PruningImages(IHazDeployment build)
{
    /// <summary>Lists, and deletes.</summary>
    public Task RunAsync(int releases, string? age, bool delete, CancellationToken cancellation) => ExitCodes.SetAsync(build, nameof(IPruneImages.PruneImages), async () =>
    {
        var loaded = await build.Session.LoadAsync(build, cancellation);
        var pruning = loaded.Definition.ImagePruning?.Invoke() ?? throw new NoImagePruningException(build.Environment);
        pruning = pruning with { Retention = pruning.Retention with { Releases = AtLeastOne(releases), Age = age is null ? pruning.Retention.Age : Duration.Parse(age) } };
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        var decisions = await pruning.RunAsync(store, await build.Session.RequestAsync(build, cancellation), delete, cancellation);
        Say(decisions, delete, loaded.Log);
    });

    static int AtLeastOne(int releases) => releases >= 1 ? releases : throw new TooFewReleasesException(releases);

    static void Say(ImmutableArray<PruneDecision> decisions, bool deleted, ILogger log)
    {
        foreach (var decision in decisions)
            log.LogInformation("{Verb}  {Image}@{Digest}  {Tags}  {Reason}", decision.Goes ? deleted ? "deleted" : "would go" : "kept",
                decision.Stored.Image, decision.Stored.Digest[..19], string.Join(' ', decision.Stored.Tags), decision.Reason);
        var gone = decisions.Count(decision => decision.Goes);
        if (deleted || gone == 0)
            log.LogInformation("{Gone} deleted, {Kept} kept{Hint}", gone, decisions.Length - gone, gone == 0 ? "" : "; the registry's own garbage collection frees their layers");
        else
            log.LogInformation("{Gone} would be deleted, {Kept} kept; nothing has changed. Delete them with --yes", gone, decisions.Length - gone);
    }
}

/// <summary>The product's definition says nothing of cleaning the registry.</summary>
public sealed class NoImagePruningException(string environment)
    : DeployException($"The definition of {environment} says nothing of pruning images.", "Set ImagePruning in its DeploymentDefinition.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>No release was to be kept.</summary>
public sealed class TooFewReleasesException(int releases)
    : DeployException($"--keep-releases {releases} would keep the images of no release.", "Keep at least one.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
