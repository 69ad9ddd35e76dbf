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
/// one is a process), which kinds the API serves, and how many requests it gets at once.
/// </summary>
sealed class ClusterClient
{
    // Of a file that says something else now, the former text, with its credentials, is forgotten.
    static readonly ConcurrentDictionary<(string Path, string Context), (string Content, Lazy<ClusterClient> Client)> Opened = [];

    readonly ConcurrentDictionary<(int Most, TimeProvider Time), RequestGate> gates = [];

    ClusterClient(KubernetesClientConfiguration configuration) => Api = new(configuration);

    /// <summary>The authenticated client.</summary>
    public k8s.Kubernetes Api { get; }

    /// <summary>The kinds of each version that was asked for.</summary>
    public ConcurrentDictionary<string, ImmutableArray<ApiResource>> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>The gate that all pass who ask with the same limit: where the cluster answers one that it is busy, all wait.</summary>
    public RequestGate GateOf(int most, TimeProvider time) => gates.GetOrAdd((most, time), key => new RequestGate(key.Most, key.Time));

    /// <summary>The way to a region's cluster by a kubeconfig file; another one as soon as the file says something else.</summary>
    /// <exception cref="KubeconfigException">The file cannot be read, or does not have the context.</exception>
    public static ClusterClient Of(RegionSpec region, string kubeconfig)
    {
        try
        {
            var (key, content) = ((Path.GetFullPath(kubeconfig), region.Context), File.ReadAllText(kubeconfig));
            var opened = Opened.AddOrUpdate(key, _ => Begin(key, content), (_, former) => former.Content == content ? former : Begin(key, content));
            try
            {
                return opened.Client.Value;
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

    static (string Content, Lazy<ClusterClient> Client) Begin((string Path, string Context) key, string content) => (content, new(() => Open(key, content)));

    // The client reads a file through a reader of all its models, which takes it a third of a second to make.
    static ClusterClient Open((string Path, string Context) key, string content)
    {
        var file = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<K8SConfiguration>(content) ?? throw new KubeConfigException("The file is empty.");
        file.FileName = key.Path;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, key.Context);
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        return new ClusterClient(configuration);
    }
}
