using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>Opens connections on which the server refuses every change.</summary>
public sealed class ReadOnlyDatabase(DatabaseSettings settings)
{
    /// <summary>Where it is.</summary>
    public DatabaseSettings Settings { get; } = settings;

    /// <summary>A source of connections that begin read-only; the caller disposes it.</summary>
    public NpgsqlDataSource CreateSource()
    {
        var builder = Settings.ToBuilder();
        builder.Options = "-c default_transaction_read_only=on";
        return NpgsqlDataSource.Create(builder);
    }

    /// <summary>An open connection; the caller disposes it.</summary>
    /// <exception cref="DatabaseUnreachableException">The server does not answer or does not let us in.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await Connections.OpenAsync(Settings, cancellation);
        await connection.RunAsync("set default_transaction_read_only = on", cancellation);
        return connection;
    }
}

/// <summary>Opens connections that can change the database; only a step has the permit that it needs.</summary>
public sealed class DatabaseWriter(DatabaseSettings settings, Deployments.Steps.ChangePermit permit)
{
    /// <summary>Where it is.</summary>
    public DatabaseSettings Settings { get; } = settings;

    /// <summary>Whose right to change it is.</summary>
    public Deployments.Steps.ChangePermit Permit { get; } = permit ?? throw new ArgumentNullException(nameof(permit));

    /// <summary>An open connection; the caller disposes it.</summary>
    /// <exception cref="DatabaseUnreachableException">The server does not answer or does not let us in.</exception>
    /// <exception cref="Deployments.Steps.PermitExpiredException">The lease behind the permit has ended.</exception>
    public Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        Permit.ThrowIfExpired();
        return Connections.OpenAsync(Settings, cancellation);
    }

    /// <summary>
    /// Runs <paramref name="change"/> in one transaction which the fence guards: it commits only if no deployment with a
    /// higher fencing number has been at this database. Needs <see cref="MailySchema.EnsureAsync"/> before.
    /// </summary>
    /// <exception cref="FencedOutException">One has; nothing is changed.</exception>
    /// <exception cref="Deployments.Steps.PermitExpiredException">The lease behind the permit has ended: what was not committed before is not made.</exception>
    public Task InFencedTransactionAsync(
        NpgsqlConnection connection, string environment, Func<NpgsqlTransaction, CancellationToken, Task> change, CancellationToken cancellation,
        System.Data.IsolationLevel isolation = System.Data.IsolationLevel.ReadCommitted) =>
        Permit.BoundAsync(async token =>
        {
            await using var transaction = await connection.BeginTransactionAsync(isolation, token);
            await BoundIdlenessAsync(connection, token);
            await Fence.HoldAsync(connection, environment, Permit.FencingNumber, token);
            await change(transaction, token);
            await BoundIdlenessAsync(connection, token);
            Permit.ThrowIfExpired();
            await transaction.CommitAsync(token);
        }, cancellation);

    // A holder that stands still in the middle, or just before its commit, must not come back to it when the lease is another's.
    Task BoundIdlenessAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var left = (int)Math.Clamp(Permit.Left.TotalMilliseconds, 1, int.MaxValue);
        return connection.RunAsync($"set local idle_in_transaction_session_timeout = {left}", cancellation);
    }
}

static class Connections
{
    public static async Task<NpgsqlConnection> OpenAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(settings.ToBuilder().ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception failed) when (failed is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            await connection.DisposeAsync();
            throw new DatabaseUnreachableException(settings, failed);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one fixed statement of ours; positional parameters ($1, $2, ...).</summary>
    public static async Task<int> RunAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.CommandOf(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first column of all rows.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.CommandOf(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(await reader.GetFieldValueAsync<T>(0, cancellation));
        return rows;
    }

    /// <summary>The first column of the first row, or the type's default where there is none or it is null.</summary>
    public static async Task<T?> FindAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.CommandOf(sql, values);
        return await command.ExecuteScalarAsync(cancellation) is T found ? found : default;
    }

    /// <summary>A command of ours with positional parameters.</summary>
    public static NpgsqlCommand CommandOf(this NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
