using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Cleans the registry by policy.</summary>
public interface IPruneImages : IHazDeployment
{
    /// <summary>Of how many release records the images are kept.</summary>
    [Parameter("With PruneImages: keeps the images of so many release records. Default is 10")]
    int KeepReleases => TryGetValue<int?>(() => KeepReleases) ?? 10;

    /// <summary>What is younger is kept.</summary>
    [Parameter("With PruneImages: keeps what is younger, for instance 14d. Default is 30d")]
    string? OlderThan => TryGetValue(() => OlderThan);

    /// <summary>Lists what would be deleted, and deletes it with <c>--yes</c>.</summary>
    Target PruneImages => _ => _
        .Description("Lists the images that no release and no workload needs; with --yes deletes them from the registry")
        .ExecutesAsync(cancellation => new PruningImages(this).RunAsync(KeepReleases, OlderThan, Yes, cancellation));
}
