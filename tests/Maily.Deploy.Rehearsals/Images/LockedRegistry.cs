using System.Net;
using Maily.Deploy.Sandbox.Ports;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>The distribution registry on loopback, which lets in one user only.</summary>
sealed class LockedRegistry : IAsyncDisposable
{
    public const string User = "ci";
    public const string Password = "correct horse battery";

    // What htpasswd makes of the password.
    const string Users = User + ":$2y$05$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.\n";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-locked-registry-");
    readonly Launcher launcher = new();
    FarSideProcess? process;

    LockedRegistry() => Port = LoopbackPorts.Find();

    public int Port { get; }

    public static async Task<LockedRegistry> StartAsync(CancellationToken cancellation)
    {
        var registry = new LockedRegistry();
        try
        {
            await registry.RunAsync(cancellation);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        await launcher.DisposeAsync();
        folder.Delete(recursive: true);
    }

    async Task RunAsync(CancellationToken cancellation)
    {
        var (settings, users) = (Path.Combine(folder.FullName, "config.yml"), Path.Combine(folder.FullName, "users"));
        await File.WriteAllTextAsync(users, Users, cancellation);
        await File.WriteAllTextAsync(settings, $$"""
            version: 0.1
            log: { level: warn }
            storage: { filesystem: { rootdirectory: '{{folder.FullName}}/images' } }
            auth: { htpasswd: { realm: sandbox, path: '{{users}}' } }
            http: { addr: '127.0.0.1:{{Port}}' }

            """, cancellation);
        var host = new ProcessHost(launcher, Containment.Process, folder.FullName, TimeProvider.System, _ => { });
        process = await FarSideProcess.StartAsync(new("registry", new ToolLocator().Require(Tool.DockerRegistry), ["serve", settings]), host);
        await process.ReadyAsync(this, AsksAsync, TimeSpan.FromSeconds(60), cancellation);
    }

    async Task<bool> AsksAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/v2/"), cancellation);
        return answer.StatusCode == HttpStatusCode.Unauthorized;
    }
}
