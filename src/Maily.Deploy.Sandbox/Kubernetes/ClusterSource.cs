namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>Where a sandbox's Kubernetes API comes from.</summary>
public abstract record ClusterSource
{
    private protected ClusterSource()
    {
    }

    /// <summary>
    /// What the machine's variables ask for: the cluster of <c>KUBECONFIG</c>; else the real control plane in
    /// <c>KUBEBUILDER_ASSETS</c>; else the embedded API.
    /// </summary>
    public static ClusterSource Of(IReadOnlyDictionary<string, string> variables, EmbeddedClusterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        if (variables.TryGetValue("KUBECONFIG", out var path) && path.Length > 0) return new Existing(path);
        if (variables.TryGetValue("KUBEBUILDER_ASSETS", out var assets) && assets.Length > 0) return new Real(assets);
        return new Embedded(options ?? new EmbeddedClusterOptions());
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

    /// <summary>Starts it, or opens what runs already.</summary>
    public abstract Task<IKubernetesCluster> StartAsync(CancellationToken ct);

    /// <summary>A cluster that runs already.</summary>
    /// <param name="KubeconfigPath">Its kubeconfig.</param>
    public sealed record Existing(string KubeconfigPath) : ClusterSource
    {
        /// <inheritdoc/>
        public override async Task<IKubernetesCluster> StartAsync(CancellationToken ct) => await ExistingCluster.OpenAsync(KubeconfigPath, ct);
    }

    /// <summary>The real control plane.</summary>
    /// <param name="AssetsFolder">The folder of its programs.</param>
    public sealed record Real(string AssetsFolder) : ClusterSource
    {
        /// <inheritdoc/>
        public override async Task<IKubernetesCluster> StartAsync(CancellationToken ct) => await RealControlPlane.StartAsync(AssetsFolder, ct);
    }

    /// <summary>The embedded API.</summary>
    /// <param name="Options">How it behaves.</param>
    public sealed record Embedded(EmbeddedClusterOptions Options) : ClusterSource
    {
        /// <inheritdoc/>
        public override async Task<IKubernetesCluster> StartAsync(CancellationToken ct) => await EmbeddedCluster.StartAsync(Options, ct);
    }
}
