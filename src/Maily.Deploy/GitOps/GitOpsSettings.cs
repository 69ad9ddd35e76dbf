using Maily.Deploy.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.GitOps;

/// <summary>How releases reach the clusters through Argo CD: one Application in each region's cluster, one folder of the repository each.</summary>
public sealed record GitOpsSettings
{
    /// <summary>Where manifests are committed to.</summary>
    public required ManifestsRepository Repository { get; init; }

    /// <summary>The namespace that Argo CD runs in (<c>MAILY_ARGOCD_NAMESPACE</c>, <c>argocd</c> unless set).</summary>
    public string ArgoNamespace { get; init; } = "argocd";

    /// <summary>What the Applications' names begin with.</summary>
    public string Product { get; init; } = "maily";

    /// <summary>How long Argo CD is waited for.</summary>
    public ArgoPatience Patience { get; init; } = new();

    /// <summary>How often a push that others overtook is tried again, with growing pauses.</summary>
    public int PushRetries { get; init; } = 8;

    /// <summary>The pause before the first of them.</summary>
    public TimeSpan PushPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MissingVariableException">The repository is not named.</exception>
    public static GitOpsSettings From(Variables variables) => new()
    {
        Repository = ManifestsRepository.From(variables), ArgoNamespace = variables.Find("MAILY_ARGOCD_NAMESPACE") ?? "argocd",
    };

    /// <summary>The name of a region's Application: <c>maily-eu-west-1</c>.</summary>
    public string ApplicationOf(RegionSpec region) => $"{Product}-{region.Name}";

    /// <summary>The folder of a region in the repository: <c>regions/eu-west-1</c>.</summary>
    public static string PathOf(RegionSpec region) => $"regions/{region.Name}";
}

/// <summary>How long Argo CD is waited for.</summary>
public sealed record ArgoPatience
{
    /// <summary>For one region, from the commit until it is healthy.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Without any change of the Application's status.</summary>
    public TimeSpan NoActivity { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a fault may last that could pass by itself: degraded health, a repository that Argo CD cannot read.</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long after a refresh another one is asked for, where Argo CD still has an older commit.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(10);
}
