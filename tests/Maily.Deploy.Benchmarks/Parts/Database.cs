using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Postgres;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>A real PostgreSQL server of the benchmark's own; commits go to the disk, as in production.</summary>
sealed class Database : IAsyncDisposable
{
    readonly DirectoryInfo folder;
    readonly Launcher launcher;
    readonly PostgresServer server;

    Database(DirectoryInfo folder, Launcher launcher, PostgresServer server) => (this.folder, this.launcher, this.server) = (folder, launcher, server);

    /// <summary>An empty database for the journal.</summary>
    public DatabaseSettings Journal => SettingsOf(server.JournalUrl);

    /// <summary>The server as its superuser, for scratch databases.</summary>
    public DatabaseSettings Superuser => SettingsOf(server.ScratchUrl);

    public static async Task<Database> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("maily-benchmark-");
        var launcher = new Launcher();
        var containment = await Containments.DetectAsync(new ProcessRunner(TimeProvider.System), CancellationToken.None);
        var host = new ProcessHost(launcher, containment, folder.FullName, TimeProvider.System, _ => { });
        var server = await PostgresServer.StartAsync(
            Path.Combine(folder.FullName, "postgres"), new PostgresOptions { IsDurable = true }, new ToolLocator(), host, CancellationToken.None);
        return new(folder, launcher, server);
    }

    public static DatabaseSettings SettingsOf(string url) => DatabaseSettings.From(new([new(DatabaseSettings.UrlVariable, url, "benchmark")]));

    /// <summary>Makes a database anew and gives its URL.</summary>
    public async Task<string> RecreateAsync(string name)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString());
        await connection.OpenAsync(CancellationToken.None);
        await connection.RunAsync($"drop database if exists {name} with (force)", CancellationToken.None);
        await connection.RunAsync($"create database {name}", CancellationToken.None);
        return new UriBuilder(server.DatabaseUrl) { Path = name, Query = "sslmode=disable" }.Uri.AbsoluteUri;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await launcher.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
