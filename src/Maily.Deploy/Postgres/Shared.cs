using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>
/// Something open that pieces of work use one after another, so that not each of them opens its own; closed when it has been idle for
/// a moment, or when a piece of work fails on it.
/// </summary>
/// <param name="time">The clock.</param>
sealed class Shared<T>(TimeProvider time) : IAsyncDisposable where T : class, IAsyncDisposable
{
    static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(300);

    readonly SemaphoreSlim turn = new(1);
    T? open;
    ITimer? closing;

    /// <summary>Does the work; whoever comes at the same time waits.</summary>
    /// <param name="opening">Opens it where it is not open.</param>
    /// <param name="work">The work.</param>
    /// <param name="mayRepeat">Whether work that fails because what was open has died meanwhile is done again: only for what reads.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<TResult> UseAsync<TResult>(
        Func<CancellationToken, Task<T>> opening, Func<T, CancellationToken, Task<TResult>> work, bool mayRepeat, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            closing?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            for (var reused = open is not null; ; reused = false)
            {
                open ??= await opening(cancellation);
                try
                {
                    return await work(open, cancellation);
                }
                catch (Exception failed)
                {
                    await CloseAsync();
                    if (!(reused && mayRepeat && failed is NpgsqlException and not PostgresException))
                        throw;
                }
            }
        }
        finally
        {
            (closing ??= time.CreateTimer(_ => CloseIfIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).Change(Idle, Timeout.InfiniteTimeSpan);
            turn.Release();
        }
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closing is not null)
            await closing.DisposeAsync();
        await CloseAsync();
        turn.Dispose();
    }

    async void CloseIfIdle()
    {
        if (!await turn.WaitAsync(TimeSpan.Zero))
            return;
        try
        {
            await CloseAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref open, null) is { } present)
            await present.DisposeAsync();
    }
}
