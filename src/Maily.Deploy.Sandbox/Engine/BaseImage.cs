namespace Maily.Deploy.Sandbox.Engine;

/// <summary>
/// The image that the services' Dockerfiles build on in the sandbox (<c>ARG BASE_IMAGE</c>): made from scratch out of one static
/// busybox, with a shell, <c>httpd</c>, <c>nc</c>, <c>wget</c> and a user <c>app</c> (10001). No other registry is asked for anything.
/// </summary>
public sealed class BaseImage : SandboxImage
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

    BaseImage(ContainerEngine engine, string tagged, string name, string platform) : base(engine, tagged, name) => Platform = platform;

    /// <summary>What it is for, and so whatever is built on it: the engine's own, <c>linux/amd64</c>.</summary>
    public string Platform { get; }

    /// <summary>Builds it in the engine and pushes it to the registry.</summary>
    public static async Task<BaseImage> PublishAsync(ContainerEngine engine, string registry, Busybox busybox, CancellationToken cancellation)
    {
        await using var context = BuildContext.Of(Dockerfile, "rootfs.tar", busybox.ToRootFileSystem());
        var (tagged, name) = await PublishAsync(engine, $"{registry}/{Repository}", Tag, context, cancellation);
        using var client = new EngineClient(engine.Address);
        return new(engine, tagged, name, await client.PlatformAsync(cancellation));
    }
}
