using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Images.Layouts;

namespace Maily.Deploy.Images.Pruning;

/// <summary>Lists what a repository has under tags, with its age.</summary>
sealed class RepositoryImages(RegistryReader registry)
{
    const int AtOnce = 8;

    /// <summary>All images of a repository.</summary>
    public async Task<ImmutableArray<StoredImage>> ListAsync(string image, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(AtOnce);
        var tags = await registry.TagsAsync(image, cancellation);
        var digests = await Task.WhenAll(tags.Select(tag => InPlaceAsync(places, async () => (Tag: tag, Digest: await registry.FindDigestAsync(image, tag, cancellation)), cancellation)));
        var byDigest = digests.Where(found => found.Digest is not null).GroupBy(found => found.Digest!, found => found.Tag, StringComparer.Ordinal);
        return [.. await Task.WhenAll(byDigest.Select(group => InPlaceAsync(places, () => ReadAsync(image, group.Key, [.. group], cancellation), cancellation)))];
    }

    async Task<StoredImage> ReadAsync(string image, string digest, ImmutableArray<string> tags, CancellationToken cancellation)
    {
        var manifest = await registry.FindManifestAsync(image, digest, cancellation);
        if (manifest is null)
            return new StoredImage(image, digest, tags, null, []);
        var parts = new OciDescriptor(digest, manifest.MediaType).IsIndex ? OciLayout.Manifests(manifest.Content) : [];
        var content = parts.IsEmpty ? manifest.Content : (await registry.FindManifestAsync(image, parts[0].Digest, cancellation))?.Content;
        return new StoredImage(image, digest, tags, content is null ? null : await CreatedAsync(image, content, cancellation), [.. parts.Select(part => part.Digest)]);
    }

    async Task<DateTimeOffset?> CreatedAsync(string image, byte[] manifest, CancellationToken cancellation)
    {
        if (OciLayout.Blobs(manifest) is not [var config, ..] || await registry.FindBlobAsync(image, config.Digest, cancellation) is not { } content)
            return null;
        using var json = JsonDocument.Parse(content);
        return json.RootElement.TryGetProperty("created", out var created) && created.TryGetDateTimeOffset(out var at) ? at : null;
    }

    static async Task<T> InPlaceAsync<T>(SemaphoreSlim places, Func<Task<T>> work, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            places.Release();
        }
    }
}
