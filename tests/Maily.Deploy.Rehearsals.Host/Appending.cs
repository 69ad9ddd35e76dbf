using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Rehearsals.Host;

/// <summary>Appends records to a journal in files and to its copy on this machine, and says each time that the step may go on.</summary>
static class Appending
{
    public static async Task RunAsync(string folder, int count, CancellationToken cancellation)
    {
        var deployment = DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa");
        await using var store = new FileDeploymentStore(Path.Combine(folder, "store"), TimeProvider.System);
        using var spool = new JournalSpool(Path.Combine(folder, "spool"));
        var (_, lease) = await store.TryAcquireAsync("production", new($"{deployment}", "ada", "here", Environment.ProcessId), TimeSpan.FromMinutes(1), cancellation);
        for (var number = 1; number <= count; number++)
        {
            var record = new JournalRecord { Sequence = number, At = TimeProvider.System.GetUtcNow(), FencingNumber = lease.FencingNumber, Event = JournalEvent.Applying };
            await store.AppendAsync(lease, deployment, record, cancellation);
            await spool.AppendAsync(record, cancellation);
            await File.AppendAllTextAsync(Path.Combine(folder, "steps"), $"go on {number}\n", cancellation);
        }
    }
}
