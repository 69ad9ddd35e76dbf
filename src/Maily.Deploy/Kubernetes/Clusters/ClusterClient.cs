using System.Collections.Concurrent;
using System.Collections.Immutable;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>
/// One user's way to one cluster, shared by all that ask during a run. It keeps connections, what a credential plugin gave (each call of
/// one is a process), and which kinds the API serves.
/// </summary>
sealed class ClusterClient
{
    static readonly ConcurrentDictionary<(string Path, string Context, string Content), Lazy<ClusterClient>> Opened = [];

    ClusterClient(KubernetesClientConfiguration configuration) => Api = new(configuration);

    /// <summary>The authenticated client.</summary>
    public k8s.Kubernetes Api { get; }

    /// <summary>The kinds of each version that was asked for.</summary>
    public ConcurrentDictionary<string, ImmutableArray<ApiResource>> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>The way to a region's cluster by a kubeconfig file; another one as soon as the file says something else.</summary>
    /// <exception cref="KubeconfigException">The file cannot be read, or does not have the context.</exception>
    public static ClusterClient Of(RegionSpec region, string kubeconfig)
    {
        try
        {
            var key = (Path.GetFullPath(kubeconfig), region.Context, File.ReadAllText(kubeconfig));
            var opened = Opened.GetOrAdd(key, _ => new(() => Open(key)));
            try
            {
                return opened.Value;
            }
            catch
            {
                Opened.TryRemove(KeyValuePair.Create(key, opened));
                throw;
            }
        }
        catch (Exception unreadable) when (unreadable is KubeConfigException or IOException or UnauthorizedAccessException or YamlException or ArgumentException)
        {
            throw new KubeconfigException(region, kubeconfig, unreadable);
        }
    }

    // The client reads a file through a reader of all its models, which takes it a third of a second to make.
    static ClusterClient Open((string Path, string Context, string Content) key)
    {
        var file = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<K8SConfiguration>(key.Content) ?? throw new KubeConfigException("The file is empty.");
        file.FileName = key.Path;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, key.Context);
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        return new ClusterClient(configuration);
    }
}
