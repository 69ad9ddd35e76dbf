namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Where a sandbox's Kubernetes API comes from.</summary>
public abstract record ClusterSource
{
    private protected ClusterSource()
    {
    }

    /// <summary>What is asked for: the clusters of a kubeconfig; else a real control plane; else the embedded API.</summary>
    /// <param name="kubeconfig"><c>KUBECONFIG</c>; one that a sandbox has written is nobody's wish, but left in the shell by its <c>.env</c>.</param>
    /// <param name="assets"><c>KUBEBUILDER_ASSETS</c>.</param>
    /// <param name="sandboxes">The folder of this repository's sandboxes.</param>
    public static ClusterSource Of(string? kubeconfig, string? assets, string sandboxes)
    {
        if (kubeconfig is { Length: > 0 } && !IsOfASandbox(kubeconfig, sandboxes)) return new Existing(kubeconfig);
        return assets is { Length: > 0 } ? new Real(assets) : new Embedded();
    }

    /// <summary>Where <c>build/tools/control-plane.sh</c> keeps what it built; null where it has not.</summary>
    public static string? CachedAssets(IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = variables.TryGetValue("XDG_CACHE_HOME", out var set) && set.Length > 0 ? set : Path.Combine(home, ".cache");
        var folder = Path.Combine(cache, "maily-deploy", "control-plane", "1.20.2");
        return RealControlPlane.Programs.All(program => File.Exists(Path.Combine(folder, program))) ? folder : null;
    }

    // That of another clone's sandbox is not meant either.
    static bool IsOfASandbox(string kubeconfig, string sandboxes)
    {
        var path = Path.GetFullPath(kubeconfig);
        return path.StartsWith(Path.GetFullPath(sandboxes).TrimEnd('/') + "/", StringComparison.Ordinal)
            || path.Contains("/artifacts/sandbox/", StringComparison.Ordinal);
    }

    /// <summary>Clusters that run already, one a region.</summary>
    /// <param name="KubeconfigPath">Its contexts are named as the regions.</param>
    public sealed record Existing(string KubeconfigPath) : ClusterSource;

    /// <summary>The real control plane.</summary>
    /// <param name="AssetsFolder">The folder of its programs.</param>
    public sealed record Real(string AssetsFolder) : ClusterSource;

    /// <summary>The embedded API.</summary>
    public sealed record Embedded : ClusterSource;
}
