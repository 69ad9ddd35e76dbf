using Maily.Deploy.Images.Progress;

namespace Maily.Deploy.Images.Layouts;

/// <summary>Pushes an image from a layout: what the registry has is not sent, and what was sent in part goes on where it stopped.</summary>
sealed class LayoutPush(OciLayout layout, RegistryWriter writer, string image, ImageProgress progress, TimeProvider time)
{
    /// <summary>Pushes it under a tag and gives its digest.</summary>
    public async Task<string> RunAsync(string tag, CancellationToken cancellation)
    {
        var root = await layout.RootAsync(cancellation);
        await PushAsync(root, tag, cancellation);
        return root.Digest;
    }

    async Task PushAsync(OciDescriptor manifest, string name, CancellationToken cancellation)
    {
        var content = await layout.ManifestAsync(manifest, cancellation);
        if (manifest.IsIndex)
            foreach (var child in OciLayout.Manifests(content))
                await PushAsync(child, child.Digest, cancellation);
        else
            foreach (var blob in OciLayout.Blobs(content).DistinctBy(blob => blob.Digest))
                await writer.PushBlobAsync(image, blob.Digest, layout.PathOf(blob.Digest), time, (sent, total) => Say(blob.Digest, sent, total), cancellation);
        await writer.TagAsync(image, new ServedManifest(manifest.Digest, manifest.MediaType, content), name, cancellation);
    }

    void Say(string digest, long sent, long total) => progress.Layer(ImageDigests.Short(digest), sent == total ? "Pushed" : "Pushing", sent, total);
}
