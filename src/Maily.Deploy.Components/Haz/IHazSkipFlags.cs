using Maily.Deploy.Deployments.Pipelines;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>The scripts' six skip flags. A part that is left out keeps what is live.</summary>
public interface IHazSkipFlags : INukeBuild
{
    /// <summary>Leaves the infrastructure out.</summary>
    [Parameter("Leaves the infrastructure out")]
    bool SkipInfra => TryGetValue<bool?>(() => SkipInfra) ?? false;

    /// <summary>Leaves backup and migrations out.</summary>
    [Parameter("Leaves backup and migrations out")]
    bool SkipDatabase => TryGetValue<bool?>(() => SkipDatabase) ?? false;

    /// <summary>Leaves building and pushing of images out: what is deployed uses the images that are live.</summary>
    [Parameter("Leaves building and pushing of images out; the live digests are used")]
    bool SkipImages => TryGetValue<bool?>(() => SkipImages) ?? false;

    /// <summary>Leaves the clusters out.</summary>
    [Parameter("Leaves the clusters out")]
    bool SkipKubernetes => TryGetValue<bool?>(() => SkipKubernetes) ?? false;

    /// <summary>Leaves the frontend out.</summary>
    [Parameter("Leaves the frontend out")]
    bool SkipFrontend => TryGetValue<bool?>(() => SkipFrontend) ?? false;

    /// <summary>Leaves the smoke tests out.</summary>
    [Parameter("Leaves the smoke tests out")]
    bool SkipSmoke => TryGetValue<bool?>(() => SkipSmoke) ?? false;

    /// <summary>Whether the part is left out by its flag.</summary>
    sealed bool IsSkipped(SkipGroup part) => part switch
    {
        SkipGroup.Infra => SkipInfra,
        SkipGroup.Database => SkipDatabase,
        SkipGroup.Images => SkipImages,
        SkipGroup.Kubernetes => SkipKubernetes,
        SkipGroup.Frontend => SkipFrontend,
        SkipGroup.Smoke => SkipSmoke,
        _ => false,
    };
}
