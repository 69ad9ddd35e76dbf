using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>What somebody accepts about images; it is journalled, and stands in the release record.</summary>
public interface IHazImageFlags : INukeBuild
{
    /// <summary>Lets images hold what no commit has.</summary>
    [Parameter("Lets images hold changed and untracked files; the release record names them")]
    bool AllowDirty => TryGetValue<bool?>(() => AllowDirty) ?? false;
}
