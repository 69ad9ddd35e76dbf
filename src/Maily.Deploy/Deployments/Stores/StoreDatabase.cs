using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>Runs the store's statements: reads are repeated after a transient error, changes are durable and sent once.</summary>
sealed class StoreDatabase(NpgsqlConnectionStringBuilder connection, string description, TimeProvider time) : IAsyncDisposable
{
    // Not "on" outright: a server that is set to wait for its replicas too keeps doing so.
    const string Durable = "select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'";

    readonly NpgsqlDataSource source = OpenFor(connection);

    readonly ResiliencePipeline retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 3, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(100), UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(failure => failure.IsTransient),
        })
        .Build();

    /// <summary>Reads rows.</summary>
    /// <exception cref="StoreUnreachableException">The database does not answer.</exception>
    public Task<ImmutableArray<T>> ReadAsync<T>(StoreStatement statement, Func<NpgsqlDataReader, T> map, CancellationToken cancellation) =>
        RepeatAsync(FailureKind.Refused, token => RunAsync([statement], map, token), cancellation);

    /// <summary>Changes rows; committed to the disk when it returns.</summary>
    public Task<ImmutableArray<T>> ChangeAsync<T>(StoreStatement statement, Func<NpgsqlDataReader, T> map, CancellationToken cancellation) =>
        GuardAsync(FailureKind.Failed, token => RunAsync([new(Durable), statement], map, token), cancellation);

    /// <summary>Makes a change that may be repeated, so that a lost answer does no harm.</summary>
    public Task<ImmutableArray<T>> ChangeRepeatablyAsync<T>(StoreStatement statement, Func<NpgsqlDataReader, T> map, CancellationToken cancellation) =>
        RepeatAsync(FailureKind.Failed, token => RunAsync([new(Durable), statement], map, token), cancellation);

    /// <summary>Lends a connection, for the schema.</summary>
    public Task WithConnectionAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellation) =>
        RepeatAsync(FailureKind.Refused, async token =>
        {
            await using var open = await source.OpenConnectionAsync(token);
            await work(open, token);
            return true;
        }, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>One batch is one transaction: the server commits it as a whole at its end.</summary>
    async Task<ImmutableArray<T>> RunAsync<T>(ImmutableArray<StoreStatement> statements, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        await using var open = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(open);
        foreach (var statement in statements)
            batch.BatchCommands.Add(CommandOf(statement));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var rows = ImmutableArray.CreateBuilder<T>();
        for (var skip = 1; skip < statements.Length; skip++)
            await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(map(reader));
        return rows.ToImmutable();
    }

    Task<T> RepeatAsync<T>(FailureKind kind, Func<CancellationToken, Task<T>> run, CancellationToken cancellation) => GuardAsync(kind, async token =>
    {
        // Handed over beside the pipeline: the runtime would compile all of a pipeline anew for each kind of result.
        T result = default!;
        await retry.ExecuteAsync(async attempt => { result = await run(attempt); }, token);
        return result;
    }, cancellation);

    async Task<T> GuardAsync<T>(FailureKind kind, Func<CancellationToken, Task<T>> run, CancellationToken cancellation)
    {
        try
        {
            return await run(cancellation);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new StoreUnreachableException(description, kind, failure);
        }
    }

    static NpgsqlBatchCommand CommandOf(StoreStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Sql);
        foreach (var value in statement.Values)
            command.Parameters.Add(value is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        return command;
    }

    /// <summary>No prepared statements, no reset between uses and no type catalog: nothing that needs a session.</summary>
    static NpgsqlDataSource OpenFor(NpgsqlConnectionStringBuilder connection)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            Pooling = true, MinPoolSize = 0, MaxPoolSize = 4, NoResetOnClose = true, MaxAutoPrepare = 0,
            Timeout = 10, CommandTimeout = 15, ApplicationName = "maily-deploy",
        }.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }
}

/// <summary>The store of journals and leases cannot be reached or refuses us.</summary>
public sealed class StoreUnreachableException(string description, FailureKind kind, Exception cause)
    : DeployException($"The deployments' store does not answer: {description}.",
        "Check MAILY_JOURNAL_URL (or SUPABASE_DB_URL, whose database keeps the journal when it is unset) and the network.", cause.Message, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => kind;
}
