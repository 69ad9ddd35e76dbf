using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>
/// A sandbox's far sides at one moment, to which they can go back again and again: databases, clusters, Vercel, registry,
/// engine. Clusters must be embedded ones.
/// </summary>
public sealed class SandboxSnapshot : IAsyncDisposable
{
    readonly SandboxParts parts;
    readonly DatabaseCopy[] databases;
    readonly FolderCopy registry;
    readonly List<Action> restores = [];
    HashSet<string> images = [];

    SandboxSnapshot(RunningSandbox sandbox)
    {
        parts = sandbox.Parts;
        var options = parts.Postgres.Options;
        databases = [new(parts.Postgres, options.Database), new(parts.Postgres, options.JournalDatabase)];
        registry = new(parts.Registry.ImagesFolder, Path.Combine(sandbox.Folder, "registry.snapshot"));
    }

    /// <summary>Takes it. Nothing may be at work on the far sides.</summary>
    public static async Task<SandboxSnapshot> TakeAsync(RunningSandbox sandbox, CancellationToken cancellation)
    {
        var snapshot = new SandboxSnapshot(sandbox);
        foreach (var database in snapshot.databases)
            await database.TakeAsync(cancellation);
        snapshot.registry.Take();
        using var engine = new EngineClient(sandbox.Parts.Engine.Address);
        snapshot.images = [.. await engine.ListAsync(cancellation)];
        snapshot.restores.AddRange(snapshot.parts.Clusters.ByRegion.Values.Select(cluster => ((EmbeddedCluster)cluster).Remember()));
        snapshot.restores.Add(snapshot.parts.Vercel.Remember());
        return snapshot;
    }

    /// <summary>Makes the far sides what they were, and ends all faults.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        parts.Vercel.Faults.Clear();
        parts.Vercel.ProductionFaults.Clear();
        foreach (var cluster in parts.Clusters.ByRegion.Values)
            cluster.Faults?.Clear();
        var engine = ForgetImagesAsync(cancellation);
        await Task.WhenAll(databases.Select(database => database.RestoreAsync(cancellation)));
        await engine;
        registry.Restore();
        foreach (var restore in restores)
            restore();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    async Task ForgetImagesAsync(CancellationToken cancellation)
    {
        using var engine = new EngineClient(parts.Engine.Address);
        foreach (var image in (await engine.ListAsync(cancellation)).Except(images, StringComparer.Ordinal))
            await engine.RemoveAsync(image, keepsCache: true, cancellation);
    }
}
