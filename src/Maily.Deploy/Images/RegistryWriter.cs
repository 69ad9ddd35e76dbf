using System.Net.Http.Headers;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Gives manifests further tags; only a step's permit opens it.</summary>
sealed class RegistryWriter(ImageSettings settings, RegistryReader registry, ChangePermit permit)
{
    /// <summary>Puts a tag on a manifest that the repository holds already.</summary>
    public async Task TagAsync(string image, ServedManifest manifest, string tag, CancellationToken cancellation)
    {
        var scope = $"repository:{settings.Registry.RepositoryOf(image)}:pull,push";
        using var answer = await permit.BoundAsync(token => registry.SendAsync(() =>
        {
            permit.ThrowIfExpired();
            var content = new ByteArrayContent(manifest.Content) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } };
            return new HttpRequestMessage(HttpMethod.Put, registry.ManifestUri(image, tag)) { Content = content };
        }, scope, token), cancellation);
        await registry.EnsureAsync(answer, $"PUT {settings.Registry.NameOf(image)}:{tag}", cancellation);
    }
}
