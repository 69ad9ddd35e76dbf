using System.Net;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Ports;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Sandbox.Registry;

/// <summary>The distribution registry on loopback: no password, deletion allowed.</summary>
public sealed class OciRegistry : IAsyncDisposable
{
    readonly FarSideProcess process;

    OciRegistry(FarSideProcess process, string folder, int port) => (this.process, ImagesFolder, Port) = (process, Images(folder), port);

    /// <summary>Where its images are.</summary>
    public string ImagesFolder { get; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Host and port, as they begin an image's name. Engines speak plain HTTP to a registry on 127.0.0.1.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Its API's address.</summary>
    public Uri Url => new($"http://{Address}/");

    /// <summary>Starts it with its images in <paramref name="folder"/>.</summary>
    public static async Task<OciRegistry> StartAsync(string folder, ToolLocator tools, ProcessHost host, TimeSpan timeout, CancellationToken cancellation)
    {
        var port = LoopbackPorts.Find();
        Directory.CreateDirectory(folder);
        var settings = Path.Combine(folder, "config.yml");
        ModeFile.Write(settings, Settings(folder, port), ModeFile.Public);
        var started = await FarSideProcess.StartAsync(new("registry", tools.Require(Tool.DockerRegistry), ["serve", settings]), host);
        var registry = new OciRegistry(started, folder, port);
        return await started.ReadyAsync(registry, registry.AnswersAsync, timeout, cancellation);
    }

    /// <summary>Whether it has an image; of images in other registries it knows nothing and says that they exist.</summary>
    public async Task<bool> HasAsync(string image, CancellationToken cancellation)
    {
        var reference = ImageReference.Parse(image);
        if (reference.Registry != Address)
            return true;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(Url, $"v2/{reference.Repository}/manifests/{reference.Version}"));
        request.Headers.Add("Accept", ["application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"]);
        using var answer = await http.SendAsync(request, cancellation);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Stops it.</summary>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(Url, "v2/"), cancellation);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    static string Images(string folder) => Path.Combine(folder, "images");

    static string Settings(string folder, int port) =>
        $"""
        version: 0.1
        log:
          level: warn
        storage:
          filesystem:
            rootdirectory: {Quote(Images(folder))}
          delete:
            enabled: true
        http:
          addr: 127.0.0.1:{port}

        """;

    static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
