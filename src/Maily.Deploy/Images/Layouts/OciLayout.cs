using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text.Json;

namespace Maily.Deploy.Images.Layouts;

/// <summary>What a layout says of one of its parts.</summary>
/// <param name="Digest"><c>sha256:</c> and 64 digits.</param>
/// <param name="MediaType">Its type.</param>
sealed record OciDescriptor(string Digest, string MediaType)
{
    /// <summary>Whether it lists manifests itself.</summary>
    public bool IsIndex => MediaType is "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json";
}

/// <summary>An image in a folder, in OCI's layout.</summary>
/// <param name="folder">The folder's full path.</param>
sealed class OciLayout(string folder)
{
    /// <summary>Unpacks an archive into that folder, which is there only when it is complete.</summary>
    public static async Task UnpackAsync(string archive, string folder, CancellationToken cancellation)
    {
        var part = Directory.CreateDirectory(folder + ".part").FullName;
        await TarFile.ExtractToDirectoryAsync(archive, part, overwriteFiles: true, cancellation);
        Directory.Move(part, folder);
    }

    /// <summary>The image itself: a manifest, or the list of the manifests of its platforms and attestations.</summary>
    /// <exception cref="MalformedLayoutException">The layout is none, or holds more than one image.</exception>
    public async Task<OciDescriptor> RootAsync(CancellationToken cancellation) =>
        Manifests(await ReadAsync(Path.Combine(folder, "index.json"), cancellation)) is [var only] ? only : throw new MalformedLayoutException(folder, "index.json does not name one image");

    /// <summary>The bytes of a manifest.</summary>
    public Task<byte[]> ManifestAsync(OciDescriptor manifest, CancellationToken cancellation) => ReadAsync(PathOf(manifest.Digest), cancellation);

    /// <summary>The manifests that an index lists.</summary>
    public static ImmutableArray<OciDescriptor> Manifests(byte[] index) => Descriptors(index, "manifests");

    /// <summary>The configuration and the layers of a manifest.</summary>
    public static ImmutableArray<OciDescriptor> Blobs(byte[] manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        return [DescriptorOf(json.RootElement.GetProperty("config")), .. Descriptors(manifest, "layers")];
    }

    /// <summary>The file that holds a part.</summary>
    public string PathOf(string digest) => Path.Combine([folder, "blobs", .. digest.Split(':')]);

    async Task<byte[]> ReadAsync(string path, CancellationToken cancellation) =>
        File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellation) : throw new MalformedLayoutException(folder, $"{Path.GetFileName(path)} is not there");

    static ImmutableArray<OciDescriptor> Descriptors(byte[] content, string name)
    {
        using var json = JsonDocument.Parse(content);
        return json.RootElement.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(DescriptorOf)] : [];
    }

    static OciDescriptor DescriptorOf(JsonElement element) => new(element.GetProperty("digest").GetString()!, element.GetProperty("mediaType").GetString()!);
}

/// <summary>What a build left is no image in OCI's layout.</summary>
public sealed class MalformedLayoutException(string folder, string why)
    : DeployException($"{folder} holds no image: {why}.", "Remove the folder and build again.");
