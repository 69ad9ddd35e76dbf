using System.Formats.Tar;
using System.Text.Json;
using Maily.Deploy.Images.Layouts;

namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>Reads an image's packages from what has built it, the engine or buildx, else from the registry that serves it. Changes nothing.</summary>
sealed class ImageReader(ImageSettings settings, TimeProvider time)
{
    const string List = "manifests";

    /// <summary>What is installed in the image.</summary>
    /// <exception cref="ImageAbsentException">Neither has it.</exception>
    public async Task<ImageInventory> ReadAsync(ImageBuild build, CancellationToken cancellation)
    {
        if (build.Archive is { } folder)
            return ImageInventory.Of(LayerFiles.Merge(await OfLayoutAsync(new OciLayout(folder), cancellation)));
        using var engine = new EngineReader(settings);
        if (await engine.HasAsync(build.Reference, build.ContentTag, cancellation))
            return ImageInventory.Of(LayerFiles.Merge(await engine.CallAsync(async client =>
            {
                await using var archive = await client.Images.SaveImageAsync(build.Reference, cancellation);
                return await OfArchiveAsync(archive, cancellation);
            })));
        using var registry = new RegistryReader(settings, time);
        return ImageInventory.Of(LayerFiles.Merge(await OfRegistryAsync(registry, build, cancellation)));
    }

    /// <summary>The layers of a saved image in their order; what the archive says of it stands behind them.</summary>
    public static async Task<IReadOnlyList<LayerFiles>> OfArchiveAsync(Stream archive, CancellationToken cancellation)
    {
        var layers = new Dictionary<string, LayerFiles>(StringComparer.Ordinal);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] order = [];
        await using var whole = new HeadedStream([], archive);
        await using var tar = new TarReader(whole);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            if (entry.Name == "manifest.json")
                order = [.. (await JsonDocument.ParseAsync(entry.DataStream!, default, cancellation)).RootElement[0].GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)];
            else if (entry.EntryType == TarEntryType.SymbolicLink)
                // Equal layers are saved once: ../<other>/layer.tar.
                links[entry.Name] = entry.LinkName.TrimStart('.', '/');
            else if (entry.DataStream is { } content && IsBlob(entry.Name) && await LayerFiles.ReadAsync(content, cancellation) is { } layer)
                layers[entry.Name] = layer;
        }

        return [.. order.Select(name => layers[links.GetValueOrDefault(name, name)])];
    }

    static async Task<IReadOnlyList<LayerFiles>> OfLayoutAsync(OciLayout layout, CancellationToken cancellation)
    {
        var root = await layout.RootAsync(cancellation);
        var manifest = await layout.ManifestAsync(root, cancellation);
        if (root.IsIndex)
            manifest = await layout.ManifestAsync(root with { Digest = RunnableIn(JsonDocument.Parse(manifest).RootElement.GetProperty(List)) }, cancellation);
        var layers = new List<LayerFiles>();
        // The first is the configuration.
        foreach (var blob in OciLayout.Blobs(manifest).Skip(1))
        {
            await using var content = File.OpenRead(layout.PathOf(blob.Digest));
            layers.Add(await LayerFiles.ReadAsync(content, cancellation) ?? new LayerFiles());
        }

        return layers;
    }

    static string RunnableIn(JsonElement platforms) => platforms.EnumerateArray().First(IsRunnable).GetProperty("digest").GetString()!;

    static bool IsBlob(string name) => name.EndsWith("/layer.tar", StringComparison.Ordinal) || name.StartsWith("blobs/sha256/", StringComparison.Ordinal);

    async Task<IReadOnlyList<LayerFiles>> OfRegistryAsync(RegistryReader registry, ImageBuild build, CancellationToken cancellation)
    {
        var served = await registry.FindManifestAsync(build.Image.Name, build.ContentTag, cancellation) ?? throw new ImageAbsentException(build.Reference);
        var manifest = JsonDocument.Parse(served.Content).RootElement;
        if (manifest.TryGetProperty(List, out var platforms))
        {
            manifest = JsonDocument.Parse((await registry.FindManifestAsync(build.Image.Name, RunnableIn(platforms), cancellation) ?? throw new ImageAbsentException(build.Reference)).Content).RootElement;
        }

        var layers = new List<LayerFiles>();
        foreach (var layer in manifest.GetProperty("layers").EnumerateArray())
            layers.Add(await OfBlobAsync(registry, build.Image.Name, layer.GetProperty("digest").GetString()!, cancellation));
        return layers;
    }

    // Attestations stand in the same list, for a platform that is none.
    static bool IsRunnable(JsonElement platform) => platform.GetProperty("platform").GetProperty("os").GetString() == "linux";

    async Task<LayerFiles> OfBlobAsync(RegistryReader registry, string image, string digest, CancellationToken cancellation)
    {
        var address = new Uri(settings.Registry.Uri, $"v2/{settings.Registry.RepositoryOf(image)}/blobs/{digest}");
        using var answer = await registry.SendAsync(() => Streamed(new HttpRequestMessage(HttpMethod.Get, address)), $"repository:{settings.Registry.RepositoryOf(image)}:pull", cancellation);
        await registry.EnsureAsync(answer, $"GET {address.AbsolutePath}", cancellation);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        return await LayerFiles.ReadAsync(content, cancellation) ?? new LayerFiles();
    }

    static HttpRequestMessage Streamed(HttpRequestMessage request)
    {
        request.Options.Set(RegistryLogin.Streamed, true);
        return request;
    }
}

/// <summary>An image that is to be scanned is nowhere.</summary>
public sealed class ImageAbsentException(string reference)
    : DeployException($"Neither the engine nor the registry has {reference}.", "Run `./build.sh BuildImages` for this commit first.");
