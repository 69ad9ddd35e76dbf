namespace Maily.Deploy.Sandbox.Engine;

/// <summary>An image that the sandbox builds in its engine and pushes to its registry, for others to stand on.</summary>
public abstract class SandboxImage : IAsyncDisposable
{
    readonly ContainerEngine engine;
    readonly string tagged;

    private protected SandboxImage(ContainerEngine engine, string tagged, string name) => (this.engine, this.tagged, Name) = (engine, tagged, name);

    /// <summary>Its full name, with the digest that the registry answered: <c>127.0.0.1:port/maily-base@sha256:...</c>.</summary>
    public string Name { get; }

    /// <summary>Builds it and pushes it.</summary>
    /// <returns>Its name by tag, and by digest.</returns>
    private protected static async Task<(string Tagged, string Name)> PublishAsync(
        ContainerEngine engine, string repository, string tag, Stream context, CancellationToken cancellation)
    {
        var tagged = $"{repository}:{tag}";
        using var client = new EngineClient(engine.Address);
        await client.BuildAsync(tagged, context, cancellation);
        return (tagged, $"{repository}@{await client.PushAsync(repository, tag, cancellation)}");
    }

    /// <summary>Takes it out of an engine that stays; one that the sandbox started goes as a whole.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!engine.IsShared)
            return;
        using var client = new EngineClient(engine.Address);
        await client.RemoveAsync(tagged, keepsCache: false, CancellationToken.None);
    }
}
