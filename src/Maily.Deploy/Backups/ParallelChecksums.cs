using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Maily.Deploy.Backups;

/// <summary>Counts many tables over several connections.</summary>
/// <param name="open">Gives one that sees the same moment as the others.</param>
/// <param name="checksums">How they are counted.</param>
sealed class ParallelChecksums(Func<CancellationToken, Task<BackupSnapshot>> open, TableChecksums checksums)
{
    /// <summary>So many connections at once.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Takes the tables in the order given, and gives them in it.</summary>
    public async Task<ImmutableArray<BackupTable>> ReadAsync(IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        var (waiting, read) = (new ConcurrentQueue<int>(Enumerable.Range(0, tables.Count)), new BackupTable[tables.Count]);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await FirstFailure.EndsAllAsync([.. Enumerable.Range(0, Math.Min(Jobs, tables.Count)).Select(_ => WorkAsync(either.Token))], either);
        return [.. read];

        async Task WorkAsync(CancellationToken abort)
        {
            await using var moment = await open(abort);
            await TableChecksums.BeginAsync(moment.Connection, abort);
            while (waiting.TryDequeue(out var place))
                read[place] = await checksums.ReadAsync(moment.Connection, tables[place], abort);
        }
    }
}

static class FirstFailure
{
    /// <summary>Waits for all; the first that fails cancels the others, and its error is the one that is thrown.</summary>
    public static async Task EndsAllAsync(IReadOnlyCollection<Task> tasks, CancellationTokenSource others)
    {
        Task? failed = null;
        await foreach (var task in Task.WhenEach(tasks))
        {
            if (task.IsCompletedSuccessfully || failed is not null)
                continue;
            failed = task;
            await others.CancelAsync();
        }

        await (failed ?? Task.CompletedTask);
    }
}
