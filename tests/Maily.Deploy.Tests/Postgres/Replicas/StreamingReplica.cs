using System.Diagnostics;
using Maily.Deploy.Postgres.Replicas;
using Npgsql;

namespace Maily.Deploy.Tests.Postgres.Replicas;

/// <summary>A copy of a server that streams from it.</summary>
sealed class StreamingReplica : IAsyncDisposable
{
    readonly string folder = Path.Combine(Path.GetTempPath(), $"maily-replica-{Guid.NewGuid():n}"[..30]);
    readonly PostgresServer primary;
    readonly int port = PostgresServer.FreePort();
    Process? server;

    StreamingReplica(PostgresServer primary) => this.primary = primary;

    public static async Task<StreamingReplica> OfAsync(PostgresServer primary)
    {
        var replica = new StreamingReplica(primary);
        Directory.CreateDirectory(replica.folder);
        if (PostgresServer.AsRoot)
            await PostgresServer.RunAsync("chown", "postgres", replica.folder);
        await PostgresServer.RunToolAsync("pg_basebackup", "-h", "127.0.0.1", "-p", $"{primary.Port}", "-U", "postgres", "-D", replica.Data, "-R", "-X", "stream", "-c", "fast");
        replica.server = PostgresServer.StartTool("postgres", ["-D", replica.Data, "-p", $"{replica.port}", "-k", replica.folder, "-c", "listen_addresses=127.0.0.1", "-c", "hot_standby=on"]);
        await replica.UntilItAnswersAsync();
        return replica;
    }

    public Replica At(string database) => new(primary.At(database) with { Port = port });

    public async ValueTask DisposeAsync()
    {
        if (server is { HasExited: false })
            await PostgresServer.StopAsync(server, Data);
        server?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string Data => Path.Combine(folder, "data");

    async Task UntilItAnswersAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await (await PostgresServer.OpenAsync(At("postgres").Settings)).DisposeAsync();
                return;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30) && server is { HasExited: false })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
