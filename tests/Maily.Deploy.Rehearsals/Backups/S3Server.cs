using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Rehearsals.Migrations;

namespace Maily.Deploy.Rehearsals.Backups;

/// <summary>A server that speaks S3's protocol, on a folder and a port of its own, with one empty bucket.</summary>
sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "backups";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-s3-");
    readonly Process process;

    S3Server(string program, int port)
    {
        var start = new ProcessStartInfo("node", [program, "--directory", folder.FullName, "--address", "127.0.0.1", "--port", $"{port}", "--silent", "--configure-bucket", Bucket])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Url = new($"http://127.0.0.1:{port}");
    }

    public Uri Url { get; }

    public S3Place Place(string prefix) => new(Bucket, prefix, new() { AccessKeyId = new("S3RVER"), SecretAccessKey = new("S3RVER"), Region = "eu-west-1", EndpointUrl = Url });

    public static async Task<S3Server> StartAsync(CancellationToken cancellation)
    {
        var server = new S3Server(await NpmTool.FindAsync("s3rver/bin/s3rver.js", cancellation), FreePort());
        using var http = new HttpClient();
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(server.Url, cancellation);
                return server;
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30) && !server.process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Delete(recursive: true);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
