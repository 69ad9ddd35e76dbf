using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Backups;

/// <summary>Counts many tables of one exported snapshot over several connections.</summary>
sealed class SnapshotChecksums(ReadOnlyDatabase database, string snapshot, TableChecksums checksums)
{
    /// <summary>So many connections at once.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Takes the tables in the order given, and gives them by name.</summary>
    public async Task<ImmutableArray<BackupTable>> ReadAsync(IReadOnlyCollection<string> tables, CancellationToken cancellation)
    {
        var (waiting, read) = (new ConcurrentQueue<string>(tables), new ConcurrentBag<BackupTable>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await FirstFailure.EndsAllAsync([.. Enumerable.Range(0, Math.Min(Jobs, tables.Count)).Select(_ => WorkAsync(waiting, read, either.Token))], either);
        return [.. read.OrderBy(table => table.Name, StringComparer.Ordinal)];
    }

    async Task WorkAsync(ConcurrentQueue<string> waiting, ConcurrentBag<BackupTable> read, CancellationToken cancellation)
    {
        await using var moment = await BackupSnapshot.ImportAsync(database, snapshot, cancellation);
        await TableChecksums.BeginAsync(moment.Connection, cancellation);
        while (waiting.TryDequeue(out var table))
            read.Add(await checksums.ReadAsync(moment.Connection, table, cancellation));
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
