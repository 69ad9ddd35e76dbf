namespace Maily.Deploy.Kubernetes;

/// <summary>A cluster in one region as its owner declares it.</summary>
public sealed record RegionSpec
{
    /// <summary>The region's name: <c>eu-west-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The context of the kubeconfig that leads to its cluster.</summary>
    public required string Context { get; init; }

    /// <summary>The full path of its kustomize overlay.</summary>
    public required string Overlay { get; init; }

    /// <summary>Regions of one wave are deployed side by side; a wave begins when all lower ones are done.</summary>
    public int Wave { get; init; }

    /// <summary>How long what it runs must stay healthy before a later wave begins; of a wave the longest counts.</summary>
    public TimeSpan BakeTime { get; init; }
}
