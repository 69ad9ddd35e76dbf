using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>
/// Finds a pooler in transaction mode, whatever its port: behind one, two statements of a connection may run on two servers'
/// processes. It leaves nothing behind, since what it would set might stay on another's connection.
/// </summary>
static class SessionProbe
{
    const string Process = "select pg_backend_pid()";

    // Each holds one server connection of the pool, so that the next statement cannot get the same one again, whichever
    // of them the pool hands out first.
    const int Holders = 2;

    const int Patience = 5;

    /// <exception cref="TransactionPoolerException">There is no session.</exception>
    public static async Task RequireSessionAsync(DatabaseSettings settings, string purpose, CancellationToken cancellation)
    {
        if (settings.IsTransactionPooler || !await IsSessionAsync(settings, cancellation))
            throw new TransactionPoolerException(settings, purpose);
    }

    /// <summary>Whether a connection keeps its process while others begin transactions.</summary>
    public static async Task<bool> IsSessionAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        await using var probe = await Connections.OpenAsync(settings, cancellation);
        var first = await probe.FindAsync<int>(Process, cancellation);
        var holders = new List<NpgsqlConnection>();
        try
        {
            for (var holder = 0; holder < Holders; holder++)
            {
                holders.Add(await Connections.OpenAsync(settings, cancellation));
                await holders[^1].BeginTransactionAsync(cancellation);
                await holders[^1].FindAsync<int>(Process, cancellation);
                if (await ProcessAsync(probe, cancellation) != first)
                    return false;
            }

            return true;
        }
        finally
        {
            foreach (var holder in holders)
                await holder.DisposeAsync();
        }
    }

    // Behind a pool with a single server connection, the holder has it: no answer.
    static async Task<int> ProcessAsync(NpgsqlConnection probe, CancellationToken cancellation)
    {
        await using var command = probe.CommandOf(Process);
        command.CommandTimeout = Patience;
        try
        {
            return (int)(await command.ExecuteScalarAsync(cancellation) ?? 0);
        }
        catch (NpgsqlException late) when (late.InnerException is TimeoutException)
        {
            return 0;
        }
    }
}
