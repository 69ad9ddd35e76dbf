using System.Formats.Tar;
using System.Text;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>
/// What stands in the sandbox for every image that others build (<c>ARG UPSTREAM_IMAGE</c>): it answers as healthy wherever manifests
/// ask Vespa, Redis, Temporal or the OpenTelemetry collector for their health, so that real pods of theirs get ready, and is none of them.
/// </summary>
public sealed class UpstreamImage : SandboxImage
{
    const string Repository = "maily-upstream";
    const string Tag = "sandbox";

    // nc hands each connection to the program as its standard input and output.
    const string Start =
        """
        #!/bin/sh
        for port in 4317 4318 6379 7233 8080 13133 19071; do
          nc -ll -p "$port" -e /upstream/answer &
          servers="$servers $!"
        done
        trap 'kill $servers; exit 0' TERM INT
        wait

        """;

    const string Answer = "#!/bin/sh\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 26\\r\\nConnection: close\\r\\n\\r\\n{\"status\":{\"code\":\"up\"}}\\r\\n'\n";

    static readonly (string Path, string Text)[] Files =
    [
        ("upstream/start", Start), ("upstream/answer", Answer),
        ("bin/redis-cli", "#!/bin/sh\necho PONG\n"), ("bin/temporal", "#!/bin/sh\necho SERVING\n"), ("opt/vespa/bin/vespa-deploy", "#!/bin/sh\nexit 0\n"),
    ];

    UpstreamImage(ContainerEngine engine, string tagged, string name) : base(engine, tagged, name)
    {
    }

    /// <summary>Builds it on the base image and pushes it to the registry.</summary>
    public static async Task<UpstreamImage> PublishAsync(ContainerEngine engine, string registry, BaseImage below, CancellationToken cancellation)
    {
        await using var context = Context(below.Name);
        var (tagged, name) = await PublishAsync(engine, $"{registry}/{Repository}", Tag, context, cancellation);
        return new(engine, tagged, name);
    }

    static MemoryStream Context(string below)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            Add(writer, "Dockerfile", $"FROM {below}\nCOPY files /\nENTRYPOINT [\"/bin/sh\", \"/upstream/start\"]\n");
            foreach (var (path, text) in Files)
                Add(writer, $"files/{path}", text);
        }

        archive.Position = 0;
        return archive;
    }

    static void Add(TarWriter writer, string name, string text) => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
    });
}
