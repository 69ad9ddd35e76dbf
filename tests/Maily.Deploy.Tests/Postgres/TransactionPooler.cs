using System.Diagnostics;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Tests.Postgres;

/// <summary>
/// A real pooler in transaction mode before the tests' server, as Supabase's port 6543 is one. It hands each transaction to the
/// server connection that has rested longest, so that what needs a session breaks at once.
/// </summary>
public sealed class TransactionPooler(PostgresServer server) : Pooler(server, "transaction");

/// <summary>The same in session mode, as Supabase's port 5432 is one: each client has a server connection as long as it stays.</summary>
public sealed class SessionPooler(PostgresServer server) : Pooler(server, "session");

/// <summary>A real pooler before the tests' server.</summary>
public abstract class Pooler(PostgresServer server, string mode) : IAsyncLifetime
{
    const string Program = "/usr/sbin/pgbouncer";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-pooler-");
    readonly int port = PostgresServer.FreePort();
    Process? pooler;

    /// <summary>A database of its own, and the way to it that leads round the pooler.</summary>
    public DatabaseSettings Direct { get; private set; } = null!;

    /// <summary>The same database through the pooler.</summary>
    public DatabaseSettings Pooled => Direct with { Port = port };

    public PostgresServer Server { get; } = server;

    /// <summary>Skips the running test where there is no pooler.</summary>
    public static void Require() =>
        Assert.SkipUnless(File.Exists(Program), $"There is no {Program}: `./build.sh Setup` installs it, or apt-get install --no-install-recommends pgbouncer.");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
            return;
        Direct = await Server.CreateDatabaseAsync();
        var (settings, users) = (Path.Combine(folder.FullName, "pgbouncer.ini"), Path.Combine(folder.FullName, "users.txt"));
        await File.WriteAllTextAsync(users, "\"postgres\" \"\"\n", CancellationToken.None);
        await File.WriteAllTextAsync(settings, $"""
            [databases]
            * = host=127.0.0.1 port={Server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {users}
            pool_mode = {mode}
            min_pool_size = 3
            default_pool_size = {(mode == "session" ? 20 : 3)}
            server_round_robin = 1

            """, CancellationToken.None);
        if (PostgresServer.AsRoot)
            await PostgresServer.RunAsync("chown", "-R", "postgres", folder.FullName);
        pooler = PostgresServer.Start(PostgresServer.AsRoot ? new(Program, ["-u", "postgres", settings]) : new(Program, [settings]));
        await UntilItAnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (pooler is not null)
        {
            pooler.Kill();
            await pooler.WaitForExitAsync(CancellationToken.None);
            pooler.Dispose();
        }

        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    async Task UntilItAnswersAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Pooled.ToBuilder().ConnectionString);
                await connection.OpenAsync(CancellationToken.None);
                return;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10) && pooler is { HasExited: false })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
