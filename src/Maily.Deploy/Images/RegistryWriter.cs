using System.Net;
using System.Net.Http.Headers;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Layouts;

namespace Maily.Deploy.Images;

/// <summary>Sends layers, names manifests and deletes them; only a permit opens it.</summary>
sealed class RegistryWriter(ImageSettings settings, RegistryReader registry, ChangePermit permit)
{
    /// <summary>Puts a tag, or its digest, on a manifest whose parts the repository holds already.</summary>
    public async Task TagAsync(string image, ServedManifest manifest, string tag, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() =>
        {
            var content = new ByteArrayContent(manifest.Content) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } };
            return new HttpRequestMessage(HttpMethod.Put, registry.ManifestUri(image, tag)) { Content = content };
        }, image, "pull,push", cancellation);
        await registry.EnsureAsync(answer, $"PUT {settings.Registry.NameOf(image)}:{tag}", cancellation);
    }

    /// <summary>Sends a layer unless the repository has it.</summary>
    /// <exception cref="ImagePushException">It did not arrive however often it was tried.</exception>
    public Task PushBlobAsync(string image, string digest, string file, TimeProvider time, Action<long, long> onSent, CancellationToken cancellation) =>
        permit.BoundAsync(token => new BlobUpload(settings, registry, permit, image, digest).RunAsync(file, time, onSent, token), cancellation);

    /// <summary>Deletes a manifest with all its tags; the registry's own collection frees what no other uses.</summary>
    /// <exception cref="DeletionForbiddenException">The registry allows no deletion.</exception>
    public async Task DeleteAsync(string image, string digest, CancellationToken cancellation)
    {
        using var answer = await AskToDeleteAsync(image, digest, cancellation);
        if (answer.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.NotImplemented)
            throw new DeletionForbiddenException(settings.Registry.Host, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        if (answer.StatusCode != HttpStatusCode.NotFound)
            await registry.EnsureAsync(answer, $"DELETE {settings.Registry.NameOf(image)}@{digest}", cancellation);
    }

    // Some give no token for it already.
    async Task<HttpResponseMessage> AskToDeleteAsync(string image, string digest, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, registry.ManifestUri(image, digest)), image, "pull,delete", cancellation);
        }
        catch (RegistryException refused) when (refused.Status is 401 or 403)
        {
            throw new DeletionForbiddenException(settings.Registry.Host, refused.Status.Value, refused.Evidence ?? "");
        }
    }

    Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string image, string rights, CancellationToken cancellation) =>
        permit.BoundAsync(token => registry.SendAsync(() =>
        {
            permit.ThrowIfExpired();
            return make();
        }, $"repository:{settings.Registry.RepositoryOf(image)}:{rights}", token), cancellation);
}

/// <summary>A registry does not let images be deleted.</summary>
public sealed class DeletionForbiddenException(string registry, int status, string answer)
    : DeployException($"The registry {registry} lets nobody delete images: it answered {status}.", HowToAllow(registry), answer)
{
    static string HowToAllow(string registry) => registry switch
    {
        "ghcr.io" => "GitHub deletes packages by its own API only: use the action actions/delete-package-versions, with a token that has delete:packages.",
        _ => "Give REGISTRY_USER the right to delete; in a distribution registry set `storage.delete.enabled: true` (REGISTRY_STORAGE_DELETE_ENABLED=true).",
    };
}
