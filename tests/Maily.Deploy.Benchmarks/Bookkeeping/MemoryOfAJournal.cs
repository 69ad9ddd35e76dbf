using System.Text.Json;
using Maily.Deploy.Benchmarks.Journals;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Benchmarks.Bookkeeping;

/// <summary>
/// What stays in memory of a journal of a hundred steps that were tried again and again: as much for a short one as for a long one.
/// </summary>
static class MemoryOfAJournal
{
    const int Short = 1_000;
    const int Long = 100_000;
    const int Steps = 100;
    const double Tolerance = 256 * 1024;

    /// <summary>Says what lives after writing and after reading, and whether it grows.</summary>
    public static async Task<bool> MeasureAsync(Action<string> say)
    {
        // The first one also pays for code that is compiled and pools that are filled.
        await LiveAsync(Short);
        var (small, large) = (await LiveAsync(Short), await LiveAsync(Long));
        say($"Live memory of a journal of {Short:N0} records: {Kilobytes(small.Written)} while it is written, {Kilobytes(small.Read)} once it is read again.");
        say($"Live memory of a journal of {Long:N0} records: {Kilobytes(large.Written)} while it is written, {Kilobytes(large.Read)} once it is read again.");
        return large.Written - small.Written < Tolerance && large.Read - small.Read < Tolerance;
    }

    static async Task<(double Written, double Read)> LiveAsync(int count)
    {
        // In memory where the machine has such a folder: a hundred thousand records flushed to a disk take minutes.
        var folder = Directory.CreateDirectory(Path.Combine(Directory.Exists(MemoryFolder.Path) ? MemoryFolder.Path : Path.GetTempPath(), $"maily-benchmark-{Guid.NewGuid():n}"));
        try
        {
            var store = new FileDeploymentStore(Path.Combine(folder.FullName, "store"), TimeProvider.System);
            await store.PrepareAsync(CancellationToken.None);
            await using var lease = await LeaseKeeper.AcquireAsync(
                store, SampleJournal.Environment, SampleJournal.Holder, TimeSpan.FromHours(1), TimeSpan.Zero, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
            var before = Live();
            double written;
            using (var journal = await WriteAsync(store, lease, Path.Combine(folder.FullName, "spool"), count))
            {
                written = Live() - before;
                GC.KeepAlive(journal);
            }

            before = Live();
            using var again = await Journal.ContinueAsync(
                store, lease, SampleJournal.Environment, SampleJournal.Id, new JournalSpool(Path.Combine(folder.FullName, "spool")), TimeProvider.System, CancellationToken.None);
            var read = Live() - before;
            if (again.State.LastSequence != count || again.State.Steps.Count != Steps)
                throw new InvalidOperationException($"The journal has {again.State.LastSequence} records of {again.State.Steps.Count} steps.");
            return (written, read);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<Journal> WriteAsync(IDeploymentStore store, LeaseKeeper lease, string folder, int count)
    {
        var header = JsonSerializer.Deserialize<DeploymentHeader>(SampleJournal.Records(1).Single().Text!, DeploymentJson.Line)!;
        var journal = await Journal.StartAsync(store, lease, header, new JournalSpool(folder), TimeProvider.System, CancellationToken.None);
        for (var record = 1; record < count; record++)
            await journal.AppendAsync(new StepHistory(new("Migrate", $"step_{record % Steps}")), JournalEvent.Failed, "it was tried again", CancellationToken.None);
        return journal;
    }

    static long Live()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    static string Kilobytes(double bytes) => $"{Math.Max(0, bytes) / 1024:0} KB";
}
