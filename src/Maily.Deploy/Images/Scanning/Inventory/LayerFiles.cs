using System.Formats.Tar;
using System.IO.Compression;

namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>The files of one layer that an inventory reads, and what the layer takes away from those below it.</summary>
sealed class LayerFiles
{
    const string Whiteout = ".wh.";
    const string Opaque = ".wh..wh..opq";
    const long Limit = 256L << 20;

    readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    readonly List<string> removed = [];

    /// <summary>Reads a layer's archive, packed with gzip or not. Null where the content is no archive (a configuration, for instance).</summary>
    /// <exception cref="UnreadableLayerException">It is packed in another way.</exception>
    public static async Task<LayerFiles?> ReadAsync(Stream content, CancellationToken cancellation)
    {
        var head = new byte[4];
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (length < head.Length || head[0] is (byte)'{' or (byte)'[')
            return null;
        if (head is [0x28, 0xB5, 0x2F, 0xFD])
            throw new UnreadableLayerException("zstd");
        await using var whole = new HeadedStream(head, content);
        await using var plain = head is [0x1F, 0x8B, ..] ? new GZipStream(whole, CompressionMode.Decompress) : (Stream)whole;
        var layer = new LayerFiles();
        await using var tar = new TarReader(plain);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            await layer.AddAsync(entry, cancellation);
        return layer;
    }

    /// <summary>What remains of all layers, the lowest first.</summary>
    public static IReadOnlyDictionary<string, byte[]> Merge(IEnumerable<LayerFiles> layers)
    {
        var merged = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            foreach (var gone in merged.Keys.Where(path => layer.removed.Exists(from => path == from || path.StartsWith(from + "/", StringComparison.Ordinal))).ToArray())
                merged.Remove(gone);
            foreach (var (path, content) in layer.files)
                merged[path] = content;
        }

        return merged;
    }

    async Task AddAsync(TarEntry entry, CancellationToken cancellation)
    {
        var path = entry.Name.TrimStart('.', '/').Length == 0 ? "" : entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name.TrimStart('/');
        var slash = path.LastIndexOf('/');
        var (folder, name) = slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
        if (name == Opaque)
            removed.Add(folder);
        else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
            removed.Add(folder.Length == 0 ? name[Whiteout.Length..] : $"{folder}/{name[Whiteout.Length..]}");
        else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.Length <= Limit && ImageInventory.Reads(path))
            files[path] = await ContentOfAsync(entry, cancellation);
    }

    static async Task<byte[]> ContentOfAsync(TarEntry entry, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        if (entry.DataStream is { } data)
            await data.CopyToAsync(content, cancellation);
        return content.ToArray();
    }
}

/// <summary>A layer is packed in a way that cannot be read here.</summary>
public sealed class UnreadableLayerException(string how)
    : DeployException($"A layer of the image is packed with {how}, which cannot be read here.", "Install trivy on this machine, or build the image with gzip.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
