using System.Collections.Immutable;
using Maily.Deploy.Benchmarks.Journals;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Benchmarks.Bookkeeping;

/// <summary>
/// What journal and lease cost of a whole deployment: one is run against a sandbox, as a user runs it; then each of its records is
/// written again, in spool and store, with as many heartbeats as it had time for, and that is set against the time that it took.
/// </summary>
static class ShareOfADeployment
{
    const double Limit = 0.02;
    const int Renewals = 50;

    /// <summary>Says the share and whether it is small enough.</summary>
    public static async Task<bool> MeasureAsync(Action<string> say)
    {
        var records = await DeployAsync();
        var wall = records[^1].At - records[0].At;
        await using var server = await Database.StartAsync();
        await using var store = new PostgresDeploymentStore(server.Journal, TimeProvider.System);
        await store.PrepareAsync(CancellationToken.None);
        var lease = await LeaseAsync(store);
        var journal = await JournalAsync(store, records);
        var beats = 1 + (int)(wall / (LeaseKeeper.StandardLifetime / 4));
        var cost = journal + lease.TakenAndGivenBack + beats * lease.Renewed;
        say($"A deployment of {wall.TotalSeconds:0.0} s wrote {records.Length} records, which take {journal.TotalMilliseconds:0} ms ({journal.TotalMilliseconds / records.Length:0.0} ms each).");
        say($"Its lease takes {lease.TakenAndGivenBack.TotalMilliseconds:0.0} ms to take and give back, and {beats} heartbeats of {lease.Renewed.TotalMilliseconds:0.0} ms.");
        say($"Journal and lease cost {cost / wall:P2} of the deployment; the limit is {Limit:P0}.");
        return cost / wall < Limit;
    }

    static async Task<ImmutableArray<JournalRecord>> DeployAsync()
    {
        var folder = Directory.CreateTempSubdirectory("maily-benchmark-");
        try
        {
            await using var sandbox = await RunningSandbox.StartAsync(
                new SandboxOptions { Folder = folder.FullName, PublishEnvironment = false }, NullLogger.Instance, CancellationToken.None);
            await Repository.RunAsync("env", [.. sandbox.Environment.Select(pair => $"{pair.Key}={pair.Value}"), "bash", Repository.Path("build.sh"), "DeployProduction"]);
            await using var store = new PostgresDeploymentStore(Database.SettingsOf(sandbox.Parts.Postgres.JournalUrl), TimeProvider.System);
            var deployed = (await store.ListAsync("sandbox", 1, CancellationToken.None)).Single();
            return [.. await store.ReadAsync("sandbox", DeploymentId.Parse(deployed.Header.Id), CancellationToken.None).ToListAsync(CancellationToken.None)];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<TimeSpan> JournalAsync(IDeploymentStore store, ImmutableArray<JournalRecord> records)
    {
        var folder = Directory.CreateTempSubdirectory("maily-benchmark-");
        var (_, lease) = await store.TryAcquireAsync(SampleJournal.Environment, SampleJournal.Holder, TimeSpan.FromHours(1), CancellationToken.None);
        using var spool = new JournalSpool(folder.FullName);
        var begun = TimeProvider.System.GetTimestamp();
        foreach (var record in records)
        {
            await spool.AppendAsync(record, CancellationToken.None);
            await store.AppendAsync(lease, SampleJournal.Id, record, CancellationToken.None);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(begun);
        folder.Delete(recursive: true);
        return elapsed;
    }

    static async Task<(TimeSpan TakenAndGivenBack, TimeSpan Renewed)> LeaseAsync(IDeploymentStore store)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var (_, lease) = await store.TryAcquireAsync("lease", SampleJournal.Holder, LeaseKeeper.StandardLifetime, CancellationToken.None);
        await store.ReleaseAsync(lease, CancellationToken.None);
        var taken = TimeProvider.System.GetElapsedTime(begun);
        (_, lease) = await store.TryAcquireAsync("lease", SampleJournal.Holder, LeaseKeeper.StandardLifetime, CancellationToken.None);
        begun = TimeProvider.System.GetTimestamp();
        for (var renewal = 0; renewal < Renewals; renewal++)
            lease = await store.RenewAsync(lease, LeaseKeeper.StandardLifetime, CancellationToken.None);
        return (taken, TimeProvider.System.GetElapsedTime(begun) / Renewals);
    }
}
