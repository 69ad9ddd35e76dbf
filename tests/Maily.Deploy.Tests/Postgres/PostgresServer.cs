using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Maily.Deploy.Tests.Postgres;

/// <summary>A real PostgreSQL server for the tests of this assembly, on a folder and a port of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    const string Binaries = "/usr/lib/postgresql/15/bin";

    readonly string folder = Path.Combine(Path.GetTempPath(), $"maily-postgres-{Guid.NewGuid():n}"[..30]);
    Process? server;
    int databases;

    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path.Combine(Binaries, "postgres")))
            throw new FileNotFoundException("These tests need PostgreSQL 15: apt-get install -y --no-install-recommends postgresql-15");
        Directory.CreateDirectory(folder);
        if (AsRoot)
            await RunAsync("chown", "postgres", folder);
        await RunAsync(Command("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"));
        Port = FreePort();
        server = Start(Command("postgres", "-D", Data, "-p", $"{Port}", "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB", "-c", "logging_collector=off"));
        await UntilItAnswersAsync();
    }

    /// <summary>A new, empty database on the server.</summary>
    public async Task<DatabaseSettings> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync(At("postgres"), $"create database {name}");
        return At(name);
    }

    public DatabaseSettings At(string database) => new() { Host = "127.0.0.1", Port = Port, Name = database, User = "postgres", Password = new("not-asked-for") };

    public static async Task ExecuteAsync(DatabaseSettings settings, string sql)
    {
        await using var connection = await OpenAsync(settings);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<T> ScalarAsync<T>(DatabaseSettings settings, string sql)
    {
        await using var connection = await OpenAsync(settings);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Looks until the condition holds; what never comes, even on a slow machine, fails the test instead of letting it hang.</summary>
    public static async Task UntilAsync(DatabaseSettings settings, string condition, TimeSpan? limit = null)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await ScalarAsync<bool>(settings, $"select {condition}"))
        {
            TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(limit ?? TimeSpan.FromMinutes(2), condition);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<NpgsqlConnection> OpenAsync(DatabaseSettings settings)
    {
        var connection = new NpgsqlConnection(settings.ToBuilder().ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is { HasExited: false })
            await StopAsync(server, Data);
        server?.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    string Data => Path.Combine(folder, "data");

    internal static bool AsRoot => Environment.UserName == "root";

    // The postmaster's own number, not the process of runuser above it. SIGINT: end at once, cleanly.
    internal static async Task StopAsync(Process process, string data)
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(data, "postmaster.pid"), CancellationToken.None))[0];
        await RunAsync("kill", "-INT", pid);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    // The server refuses to run as root.
    static ProcessStartInfo Command(string tool, params string[] arguments) => AsRoot
        ? new("runuser", ["-u", "postgres", "--", Path.Combine(Binaries, tool), .. arguments])
        : new(Path.Combine(Binaries, tool), arguments);

    internal static Process Start(ProcessStartInfo command)
    {
        (command.RedirectStandardError, command.RedirectStandardOutput, command.WorkingDirectory) = (true, true, Path.GetTempPath());
        var process = Process.Start(command)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    internal static Task RunToolAsync(string tool, params string[] arguments) => RunAsync(Command(tool, arguments));

    internal static Process StartTool(string tool, params string[] arguments) => Start(Command(tool, arguments));

    internal static Task RunAsync(string tool, params string[] arguments) => RunAsync(new ProcessStartInfo(tool, arguments));

    static async Task RunAsync(ProcessStartInfo command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command.FileName} {string.Join(' ', command.ArgumentList)} ended with {process.ExitCode}");
    }

    async Task UntilItAnswersAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(At("postgres").ToBuilder().ConnectionString);
                await connection.OpenAsync(CancellationToken.None);
                return;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30) && server is { HasExited: false })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
