using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Puts references by digest in place of the names of declared images.</summary>
public static class ImagePinning
{
    /// <summary>
    /// The object with each declared image by its digest. Others must name a digest of their own: a tag can be moved
    /// after it was looked at.
    /// </summary>
    /// <exception cref="UnpinnedImageException">An image is neither declared nor named by digest.</exception>
    public static KubernetesObject Pin(KubernetesObject item, IReadOnlyDictionary<string, string> references)
    {
        var json = item.ToJson();
        foreach (var container in Workloads.ContainersOf(json))
            container["image"] = Reference(item.Key, container, references);
        return new KubernetesObject(json);
    }

    static string Reference(ObjectKey key, JsonObject container, IReadOnlyDictionary<string, string> references)
    {
        var image = container.Text("image") ?? throw new MalformedManifestException($"A container of {key} names no image.", container.Text("name"));
        var name = NameOf(image);
        foreach (var (declared, reference) in references)
            if (name == declared || name == NameOf(reference))
                return reference;
        return image.Contains("@sha256:", StringComparison.Ordinal) ? image : throw new UnpinnedImageException(key, image, references.Keys);
    }

    // Without digest and tag; a port before the last slash is no tag.
    static string NameOf(string image)
    {
        var bare = image.Split('@')[0];
        var colon = bare.LastIndexOf(':');
        return colon > bare.LastIndexOf('/') ? bare[..colon] : bare;
    }
}

/// <summary>A manifest runs an image that is neither declared nor named by digest.</summary>
public sealed class UnpinnedImageException(ObjectKey item, string image, IEnumerable<string> declared)
    : DeployException($"{item} runs {image}, which is neither declared nor named by digest.",
        $"Declare it (declared are {string.Join(", ", declared)}), or write <name>@sha256:<digest> into the manifest.")
{
    /// <summary>The object.</summary>
    public ObjectKey Object { get; } = item;

    /// <summary>The image as the manifest names it.</summary>
    public string Image { get; } = image;
}
