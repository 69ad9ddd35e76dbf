using Maily.Deploy.Sandbox.Wires;
using Npgsql;

namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>A copy of one database on its own server, made and taken back by the server itself.</summary>
sealed class DatabaseCopy(Postgres.PostgresServer server, string database) : IAsyncDisposable
{
    readonly List<string> settings = [];
    Task spare = Task.CompletedTask;

    string Copy => $"{database}_snapshot";

    // The next one is made while the present one is used: going back is a matter of names then.
    string Spare => $"{database}_spare";

    /// <summary>Copies the database as it is now; whoever is connected to it is disconnected.</summary>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await RunAsync(connection, $"drop database if exists {Copy} with (force)", cancellation);
        await MakeAsync(connection, Copy, database, cancellation);
        settings.Clear();
        // A template's own settings do not come along.
        await using var command = new NpgsqlCommand("select unnest(setconfig) from pg_db_role_setting join pg_database d on d.oid = setdatabase where datname = $1 and setrole = 0", connection) { Parameters = { new() { Value = database } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            settings.Add(reader.GetString(0));
        spare = MakeSpareAsync(cancellation);
    }

    /// <summary>Makes the database what it was.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        await spare;
        await using var connection = await OpenAsync(cancellation);
        await RunAsync(connection, $"drop database if exists {database} with (force)", cancellation);
        await RunAsync(connection, $"alter database {Spare} rename to {database}", cancellation);
        foreach (var setting in settings.Select(setting => setting.Split('=', 2)))
            await RunAsync(connection, $"alter database {database} set {setting[0]} = {setting[1]}", cancellation);
        spare = MakeSpareAsync(cancellation);
    }

    /// <summary>Waits until nothing is being copied any more.</summary>
    public async ValueTask DisposeAsync() => await spare.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    async Task MakeSpareAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await RunAsync(connection, $"drop database if exists {Spare} with (force)", cancellation);
        await MakeAsync(connection, Spare, Copy, cancellation);
    }

    // Files are copied: faster here than writing every page to the log.
    async Task MakeAsync(NpgsqlConnection connection, string name, string template, CancellationToken cancellation)
    {
        await RunAsync(connection, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{template}' and pid <> pg_backend_pid()", cancellation);
        await RunAsync(connection, $"create database {name} template {template} owner {server.Options.Role} strategy file_copy", cancellation);
    }

    async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString("template1")) { ApplicationName = SandboxConnections.OwnName, CommandTimeout = SandboxConnections.Patience }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
