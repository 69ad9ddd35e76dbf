using System.Collections.Immutable;
using Maily.Deploy.Sandbox.Postgres;
using Maily.Deploy.Sandbox.Wires;
using Npgsql;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Commits rows until it is stopped, as the product's users do, and remembers each that the database has acknowledged.</summary>
sealed class SteadyWriter : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly CancellationTokenSource stop = new();
    readonly List<string> acknowledged = [];
    readonly SteadyWrites writes;
    readonly string connection;
    readonly TimeProvider time;
    readonly Task running;

    SteadyWriter(SteadyWrites writes, string connection, TimeProvider time)
    {
        (this.writes, this.connection, this.time) = (writes, connection, time);
        running = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Begins to write, past all wires.</summary>
    public static SteadyWriter Start(SteadyWrites writes, PostgresServer server, TimeProvider time) => new(writes, ConnectionTo(server), time);

    /// <summary>Makes what the rows stand on.</summary>
    public static async Task PrepareAsync(SteadyWrites writes, PostgresServer server, CancellationToken cancellation)
    {
        await using var open = await OpenAsync(ConnectionTo(server), cancellation);
        await using var command = new NpgsqlCommand(writes.Prepare, open);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Stops, and gives how many rows were acknowledged and which of them are missing.</summary>
    public async Task<(int Acknowledged, ImmutableArray<string> Missing)> EndAsync(CancellationToken cancellation)
    {
        await stop.CancelAsync();
        await running;
        await using var open = await OpenAsync(connection, cancellation);
        await using var command = new NpgsqlCommand(writes.Read, open);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var present = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            present.Add(reader.GetString(0));
        return (acknowledged.Count, [.. acknowledged.Where(mark => !present.Contains(mark))]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    async Task WriteAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var open = await OpenAsync(connection, stop.Token);
                while (true)
                    await WriteOneAsync(open);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException)
            {
                // A lock that lasts, a server that ended the connection: users try again. The row is not acknowledged.
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
    }

    async Task WriteOneAsync(NpgsqlConnection open)
    {
        var mark = $"{Guid.NewGuid()}";
        await using var command = new NpgsqlCommand(writes.Write, open) { Parameters = { new() { Value = mark } } };
        await command.ExecuteNonQueryAsync(stop.Token);
        acknowledged.Add(mark);
        await Task.Delay(Pause, time, stop.Token);
    }

    static string ConnectionTo(PostgresServer server) =>
        new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString()) { ApplicationName = SandboxConnections.OwnName, CommandTimeout = SandboxConnections.Patience }.ConnectionString;

    static async Task<NpgsqlConnection> OpenAsync(string text, CancellationToken cancellation)
    {
        var open = new NpgsqlConnection(text);
        try
        {
            await open.OpenAsync(cancellation);
            return open;
        }
        catch
        {
            await open.DisposeAsync();
            throw;
        }
    }
}
