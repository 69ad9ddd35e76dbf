using Maily.Deploy.Sandbox.Engine;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Instances;

/// <summary>Removes what a sandbox has left: its processes, control groups, sockets, folder and published variables.</summary>
static class Leftovers
{
    /// <summary>Removes all sandboxes whose process is gone. The caller holds the folder's lock.</summary>
    public static async Task CleanAsync(string root, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        foreach (var folder in Directory.GetDirectories(root))
        {
            var record = InstanceRecord.Read(folder);
            if (record is { Owner.IsAlive: true })
                continue;
            var name = Path.GetFileName(folder);
            log.LogInformation("Cleaning up after sandbox {Instance}, whose process ended without doing so", name);
            await RemoveAsync(root, name, record, time, cancellation);
        }

        if (EnvironmentFile.FindOwner(root) is { } owner && !Directory.Exists(Path.Combine(root, owner)))
            EnvironmentFile.Withdraw(root, owner);
    }

    /// <summary>Removes one sandbox. The caller holds the folder's lock.</summary>
    public static async Task RemoveAsync(string root, string name, InstanceRecord? record, TimeProvider time, CancellationToken cancellation)
    {
        foreach (var process in record?.Processes ?? [])
            await process.KillAsync(time, cancellation);
        await new CgroupParent(name).RemoveAsync(time, cancellation);
        EnvironmentFile.Withdraw(root, name);
        Delete(record?.Sockets);
        Delete(Path.Combine(root, name));
    }

    static void Delete(string? folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
