using System.Formats.Tar;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>
/// The image that the services' Dockerfiles build on in the sandbox (<c>ARG BASE_IMAGE</c>): made from scratch out of one static
/// busybox, with a shell, <c>httpd</c>, <c>nc</c>, <c>wget</c> and a user <c>app</c> (10001). No other registry is asked for anything.
/// </summary>
public sealed class BaseImage : IAsyncDisposable
{
    const string Repository = "maily-base";
    const string Tag = "sandbox";
    const string Dockerfile =
        """
        FROM scratch
        ADD rootfs.tar /
        ENV PATH=/bin HOME=/home/app
        LABEL dev.maily.environment=sandbox
        CMD ["/bin/sh"]

        """;

    readonly ContainerEngine engine;
    readonly string tagged;

    BaseImage(ContainerEngine engine, string tagged, string name) => (this.engine, this.tagged, Name) = (engine, tagged, name);

    /// <summary>Its full name, with the digest that the registry answered: <c>127.0.0.1:port/maily-base@sha256:...</c>.</summary>
    public string Name { get; }

    /// <summary>Builds it in the engine and pushes it to the registry.</summary>
    public static async Task<BaseImage> PublishAsync(ContainerEngine engine, string registry, Busybox busybox, CancellationToken cancellation)
    {
        var repository = $"{registry}/{Repository}";
        var tagged = $"{repository}:{Tag}";
        using var client = new EngineClient(engine.Address);
        await using var context = Context(busybox);
        await client.BuildAsync(tagged, context, cancellation);
        return new(engine, tagged, $"{repository}@{await client.PushAsync(repository, Tag, cancellation)}");
    }

    /// <summary>Takes it out of an engine that stays; one that the sandbox started goes as a whole.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!engine.IsShared)
            return;
        using var client = new EngineClient(engine.Address);
        await client.RemoveAsync(tagged, keepsCache: false, CancellationToken.None);
    }

    static MemoryStream Context(Busybox busybox)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            Add(writer, "Dockerfile", System.Text.Encoding.UTF8.GetBytes(Dockerfile));
            Add(writer, "rootfs.tar", busybox.ToRootFileSystem());
        }

        archive.Position = 0;
        return archive;
    }

    static void Add(TarWriter writer, string name, byte[] content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
