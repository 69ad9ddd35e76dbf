using System.Diagnostics;
using Maily.Deploy.Benchmarks.Journals;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Bookkeeping;

/// <summary>How long one durable append to PostgreSQL on this machine takes, and reading a long journal back, against what either may take.</summary>
static class LimitsOfAJournal
{
    const int Appends = 200;
    const int Loads = 11;
    const int Length = 10_000;

    static readonly TimeSpan MostPerAppend = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan MostPerLoad = TimeSpan.FromMilliseconds(200);

    /// <summary>Says both medians and whether they keep their limits.</summary>
    public static async Task<bool> MeasureAsync(Action<string> say)
    {
        await using var server = await Database.StartAsync();
        await using var store = new PostgresDeploymentStore(server.Journal, TimeProvider.System);
        await store.PrepareAsync(CancellationToken.None);
        var (_, lease) = await store.TryAcquireAsync(SampleJournal.Environment, SampleJournal.Holder, TimeSpan.FromHours(1), CancellationToken.None);
        long sequence = 0;
        var append = await MedianAsync(Appends, () => store.AppendAsync(lease, SampleJournal.Id, SampleJournal.Record(++sequence), CancellationToken.None));
        await using var connection = new NpgsqlConnection(server.Journal.ToBuilder().ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await connection.RunAsync("truncate maily_deploy.journal", CancellationToken.None);
        await SampleJournal.PutAsync(connection, Length, CancellationToken.None);
        var load = await MedianAsync(Loads, () => Journal.ReadAsync(store, SampleJournal.Environment, SampleJournal.Id, CancellationToken.None));
        say($"One append to PostgreSQL takes {append.TotalMilliseconds:0.0} ms (limit: {MostPerAppend.TotalMilliseconds} ms); a journal of {Length:N0} records is read in {load.TotalMilliseconds:0} ms (limit: {MostPerLoad.TotalMilliseconds} ms).");
        return append < MostPerAppend && load < MostPerLoad;
    }

    static async Task<TimeSpan> MedianAsync(int count, Func<Task> call)
    {
        // The first one pays for code that is compiled and connections that are made.
        await call();
        var times = new List<TimeSpan>();
        for (var number = 0; number < count; number++)
        {
            var begun = Stopwatch.GetTimestamp();
            await call();
            times.Add(Stopwatch.GetElapsedTime(begun));
        }

        return times.Order().ElementAt(count / 2);
    }
}
