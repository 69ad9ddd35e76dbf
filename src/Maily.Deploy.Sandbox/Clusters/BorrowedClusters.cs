using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Sandbox.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Clusters;

/// <summary>
/// Takes clusters that somebody else runs. They must say themselves that they are a sandbox's: a shell's <c>KUBECONFIG</c> often
/// points to production. Nothing is changed before each has said so.
/// </summary>
public sealed class BorrowedClusters(SandboxOptions options, string kubeconfig, ILogger log)
{
    const string Space = "maily";
    const string Unset = "or `unset KUBECONFIG` for clusters of the sandbox's own.";

    static readonly TimeSpan RemovalLimit = TimeSpan.FromMinutes(2);

    /// <summary>Checks all, then takes them.</summary>
    /// <exception cref="FarSideException">A context is missing, or a cluster is not marked as a sandbox's; no cluster was changed.</exception>
    public async Task<RegionalClusters> TakeAsync(CancellationToken cancellation)
    {
        await RequireContextsAsync();
        var systems = await Task.WhenAll(options.Regions.Select(async region => (Region: region, Uid: await RequireMarkAsync(region, cancellation))));
        if (systems.GroupBy(system => system.Uid, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw Refused($"its contexts {string.Join(" and ", same.Select(system => system.Region))} are one and the same cluster.", $"Name a cluster of its own for each region, {Unset}");
        var free = new List<string>();
        foreach (var region in options.Regions)
            if (await FindNamespaceAsync(region, Space, cancellation) is null)
                free.Add(region);
        var clusters = await Task.WhenAll(options.Regions.Select(async region => KeyValuePair.Create<string, IKubernetesCluster>(region, await ExistingCluster.OpenAsync(kubeconfig, region, cancellation))));
        log.LogInformation("Clusters are those of KUBECONFIG, {File}; at the end namespace {Space} is removed from {Regions}", kubeconfig, Space, free.Count == 0 ? "none of them, since each had one" : string.Join(", ", free));
        return new RegionalClusters(clusters, kubeconfig) { OnEnd = () => Task.WhenAll(free.Select(RemoveAsync)) };
    }

    async Task RequireContextsAsync()
    {
        if (!File.Exists(kubeconfig))
            throw Refused("there is no such file.", $"Name one file, {Unset}");
        var known = (await LoadAsync()).Contexts?.Select(context => context.Name).ToList() ?? [];
        var missing = options.Regions.Except(known, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw Refused($"it has no context {string.Join(", ", missing)}.", $"Name a context for each region as the region, as with `kubectl config rename-context`, {Unset}", $"It has: {string.Join(", ", known)}");
    }

    async Task<K8SConfiguration> LoadAsync()
    {
        try
        {
            return await KubernetesClientConfiguration.LoadKubeConfigAsync(new FileInfo(kubeconfig));
        }
        catch (Exception unreadable) when (unreadable is YamlDotNet.Core.YamlException or KubeConfigException or IOException)
        {
            throw Refused("it cannot be read.", $"Correct it, {Unset}", unreadable.Message);
        }
    }

    async Task<string> RequireMarkAsync(string region, CancellationToken cancellation)
    {
        var system = await FindNamespaceAsync(region, "kube-system", cancellation);
        var mark = system?.Metadata.Annotations is { } notes && notes.TryGetValue(Marks.Environment, out var found) ? found : null;
        if (mark != "sandbox")
            throw Refused(mark is null ? $"cluster {region} does not say that it is a sandbox." : $"cluster {region} is {mark}'s.", mark is null
                ? $"If everything in it may be changed: `kubectl --kubeconfig {kubeconfig} --context {region} annotate namespace kube-system {Marks.Environment}=sandbox`, {Unset}"
                : $"Name clusters of a sandbox, {Unset}");
        return system!.Metadata.Uid;
    }

    async Task<k8s.Models.V1Namespace?> FindNamespaceAsync(string region, string name, CancellationToken cancellation)
    {
        try
        {
            using var client = await OpenAsync(region);
            return await client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellation);
        }
        catch (HttpOperationException refused) when (refused.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception refused) when (refused is HttpOperationException or HttpRequestException or KubeConfigException)
        {
            throw Refused($"cluster {region} does not answer.", $"Start it, or correct its context, {Unset}", refused.Message);
        }
    }

    async Task RemoveAsync(string region)
    {
        using var limit = new CancellationTokenSource(RemovalLimit, options.Time);
        using var client = await OpenAsync(region);
        if (await FindNamespaceAsync(region, Space, limit.Token) is null)
            return;
        await client.CoreV1.DeleteNamespaceAsync(Space, cancellationToken: limit.Token);
        while (await FindNamespaceAsync(region, Space, limit.Token) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(200), options.Time, limit.Token);
        log.LogInformation("Namespace {Space} is removed from {Region}, which had none before", Space, region);
    }

    async Task<k8s.Kubernetes> OpenAsync(string region) =>
        new(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(kubeconfig), region));

    FarSideException Refused(string fact, string remedy, string? evidence = null) => new("kubernetes", $"KUBECONFIG is {kubeconfig}: {fact}", remedy, evidence);
}
