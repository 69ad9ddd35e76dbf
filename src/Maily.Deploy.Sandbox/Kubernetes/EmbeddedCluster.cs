using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Controllers;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Microsoft.AspNetCore.Builder;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>
/// A Kubernetes API in this process, on a free port of loopback, with the controllers that roll workloads out. It speaks https
/// with a certificate of its own and wants the bearer token of its kubeconfig. What it does not do it answers with 501.
/// </summary>
public sealed class EmbeddedCluster : IKubernetesCluster
{
    readonly ClusterState state;
    readonly WebApplication app;
    readonly ControllerLoop controllers;
    readonly LoopbackCertificates certificates;
    readonly string folder;

    EmbeddedCluster(ClusterState state, WebApplication app, ControllerLoop controllers, LoopbackCertificates certificates, string folder)
    {
        this.state = state;
        this.app = app;
        this.controllers = controllers;
        this.certificates = certificates;
        this.folder = folder;
    }

    /// <inheritdoc/>
    public required Uri Address { get; init; }

    /// <inheritdoc/>
    public required string Kubeconfig { get; init; }

    /// <inheritdoc/>
    public required string KubeconfigPath { get; init; }

    /// <inheritdoc cref="IKubernetesCluster.Faults"/>
    public ClusterFaults Faults => state.Faults;

    /// <summary>Starts a cluster with the namespaces that every cluster has.</summary>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions? options = null, CancellationToken ct = default)
    {
        options ??= new EmbeddedClusterOptions();
        var token = options.Token ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        var state = new ClusterState { Options = options, Store = new ObjectStore(options.HistoryLength) };
        var certificates = new LoopbackCertificates(options.Time);
        var app = LoopbackServer.Build(new ApiHandler(state, token).Handle, certificates);
        await app.StartAsync(ct);
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("maily-kubernetes-").FullName;
        var address = new Uri(app.Urls.First());
        var kubeconfig = KubeconfigFile.Text("maily-embedded", address, certificates.AuthorityPem, token);
        var controllers = new ControllerLoop(state);
        var path = KubeconfigFile.Write(folder, kubeconfig);
        return new EmbeddedCluster(state, app, controllers, certificates, options.Folder is null ? folder : "")
        {
            Address = address,
            Kubeconfig = kubeconfig,
            KubeconfigPath = path,
        };
    }

    /// <summary>Whether it has objects of that kind.</summary>
    public bool Serves(string kind) => state.Kinds.All.Any(item => item.Kind == kind);

    /// <summary>All objects of a kind, such as <c>Deployment</c>, as JSON; of one namespace, or of all.</summary>
    public IReadOnlyList<JsonObject> Objects(string kind, string? ns = null)
    {
        var known = state.Kinds.All.FirstOrDefault(item => item.Kind == kind)
            ?? throw new ArgumentException($"The cluster serves no kind {kind}; it serves {string.Join(", ", state.Kinds.All.Select(item => item.Kind))}.", nameof(kind));
        return [.. state.Store.List(known, ns).Items.Select(obj => obj.Copy())];
    }

    /// <summary>One object of a kind as JSON; null where there is none.</summary>
    public JsonObject? Object(string kind, string? ns, string name) => Objects(kind, ns).FirstOrDefault(obj => obj.Name() == name);

    /// <summary>Forgets all past changes: watches from an older version are answered with 410 Gone.</summary>
    public void Compact() => state.Store.Compact();

    /// <summary>Remembers all objects; the result goes back to them, as if clients had written them so.</summary>
    public Action Remember()
    {
        var then = state.Store.Everything();
        return () => state.Store.Replace(then);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await controllers.DisposeAsync();
        // Watches never end by themselves: connections are cut, not waited for.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        certificates.Dispose();
        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
    }
}
