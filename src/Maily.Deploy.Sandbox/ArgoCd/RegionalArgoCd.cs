using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>Argo CD in each region's cluster; in none where the clusters are somebody else's.</summary>
public sealed class RegionalArgoCd : IAsyncDisposable
{
    internal RegionalArgoCd(IEnumerable<KeyValuePair<string, ArgoController>> controllers) => ByRegion = controllers.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The controllers, with faults that tests can set.</summary>
    public ImmutableSortedDictionary<string, ArgoController> ByRegion { get; }

    /// <summary>Stops them.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(ByRegion.Values.Select(controller => controller.DisposeAsync().AsTask()));
}
