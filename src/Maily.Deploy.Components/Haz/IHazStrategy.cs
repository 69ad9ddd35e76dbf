using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>How releases reach the clusters.</summary>
public interface IHazStrategy : INukeBuild
{
    /// <summary>By this program itself, or by a commit that Argo CD follows.</summary>
    [Parameter("How releases reach the clusters: 'apply' (default), or 'gitops' by a commit that Argo CD follows")]
    string? Strategy => TryGetValue(() => Strategy);
}
