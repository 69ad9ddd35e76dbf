using System.Net.Sockets;
using Docker.DotNet;

namespace Maily.Deploy.Images;

/// <summary>Asks the container engine; changes nothing.</summary>
sealed class EngineReader(ImageSettings settings) : IDisposable
{
    /// <summary>Names the content that an image was built from.</summary>
    public const string ContentLabel = "maily.dev/content";

    readonly DockerClientConfiguration configuration = new(settings.Engine);

    /// <summary>The engine's version.</summary>
    /// <exception cref="EngineUnreachableException">It does not answer.</exception>
    public Task<string> VersionAsync(CancellationToken cancellation) =>
        CallAsync(async client => (await client.System.GetVersionAsync(cancellation)).Version);

    /// <summary>What the engine itself is, and builds for where nothing else is asked: <c>linux/amd64</c>.</summary>
    /// <exception cref="EngineUnreachableException">It does not answer.</exception>
    public Task<string> PlatformAsync(CancellationToken cancellation) => CallAsync(async client =>
    {
        var version = await client.System.GetVersionAsync(cancellation);
        return $"{version.Os}/{version.Arch}";
    });

    /// <summary>Whether the engine has an image of that reference and content.</summary>
    public Task<bool> HasAsync(string reference, string content, CancellationToken cancellation) => CallAsync(async client =>
    {
        try
        {
            var image = await client.Images.InspectImageAsync(reference, cancellation);
            return image.Config?.Labels?.TryGetValue(ContentLabel, out var found) == true && found == content;
        }
        catch (DockerImageNotFoundException)
        {
            return false;
        }
    });

    /// <summary>Makes one call with a client of its own.</summary>
    public async Task<T> CallAsync<T>(Func<DockerClient, Task<T>> call)
    {
        using var client = configuration.CreateClient();
        try
        {
            return await call(client);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or TimeoutException or IOException)
        {
            throw new EngineUnreachableException(settings.Engine, failure);
        }
        catch (DockerApiException refused)
        {
            throw new EngineRefusedException((int)refused.StatusCode, refused.ResponseBody, refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => configuration.Dispose();
}

/// <summary>The container engine does not answer.</summary>
public sealed class EngineUnreachableException(Uri engine, Exception cause)
    : DeployException($"The container engine at {engine.GetLeftPart(UriPartial.Path)} does not answer.", "Start it, or set DOCKER_HOST to one that runs.", cause.Message, cause);

/// <summary>The container engine answered with an error.</summary>
public sealed class EngineRefusedException(int status, string? body, Exception cause)
    : DeployException($"The container engine answered {status}.", "See its answer above.", body, cause)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;
}
