using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.GitOps;

/// <summary>The files of one region in a clone: one for each object. Files that are no manifests, such as a README, are nobody's business.</summary>
sealed class RegionFolder(string clone, string path)
{
    static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    string Full => Path.Combine(clone, path);

    /// <summary>Replaces all manifests.</summary>
    public async Task WriteAsync(IEnumerable<KubernetesObject> objects, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Full);
        foreach (var file in Manifests())
            File.Delete(file);
        foreach (var item in objects)
            await File.WriteAllTextAsync(Path.Combine(Full, NameOf(item.Key)), ManifestText.Of(item), new UTF8Encoding(false), cancellation);
    }

    /// <summary>The objects of all manifests.</summary>
    public async Task<ImmutableArray<KubernetesObject>> ReadAsync(CancellationToken cancellation)
    {
        var objects = ImmutableArray.CreateBuilder<KubernetesObject>();
        foreach (var file in Manifests())
            objects.AddRange(ManifestYaml.Parse(await File.ReadAllTextAsync(file, cancellation)));
        return objects.ToImmutable();
    }

    /// <summary>Replaces the whole folder by a packed one; null removes it.</summary>
    public async Task UnpackAsync(string? packed, CancellationToken cancellation)
    {
        if (Directory.Exists(Full))
            Directory.Delete(Full, recursive: true);
        if (packed is null)
            return;
        await using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(gzip, clone, overwriteFiles: true, cancellation);
    }

    /// <summary>An archive as text, compressed: journals keep it long.</summary>
    public static async Task<string> PackAsync(string archive, CancellationToken cancellation)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        await using (var file = File.OpenRead(archive))
            await file.CopyToAsync(gzip, cancellation);
        return Convert.ToBase64String(packed.ToArray());
    }

    IEnumerable<string> Manifests() => Directory.Exists(Full)
        ? Directory.EnumerateFiles(Full, "*", SearchOption.AllDirectories).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal) : [];

    // Names of objects may hold colons (roles), which not every file system takes.
    static string NameOf(ObjectKey key) =>
        string.Join('.', new[] { key.ApiVersion.Split('/') is [var group, _] ? group : null, key.Kind.ToLowerInvariant(), key.Namespace, key.Name }
            .OfType<string>().Select(part => part.Replace(':', '_'))) + ".yaml";
}
