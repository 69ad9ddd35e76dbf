using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>How clusters are changed.</summary>
public interface IHazClusterFlags : INukeBuild
{
    /// <summary>Takes over what others manage.</summary>
    [Parameter("Takes over fields of cluster objects that another manager claims, instead of refusing")]
    bool ForceConflicts => TryGetValue<bool?>(() => ForceConflicts) ?? false;
}
