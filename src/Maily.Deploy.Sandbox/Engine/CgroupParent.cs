namespace Maily.Deploy.Sandbox.Engine;

/// <summary>The control groups under which an engine puts its containers: one name, in each hierarchy that the machine has.</summary>
public sealed class CgroupParent(string instance)
{
    const string Root = "/sys/fs/cgroup";
    const int Attempts = 200;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Its path, from the root of each hierarchy.</summary>
    public string Path { get; } = $"/maily-sandbox-{instance}";

    /// <summary>Removes the groups; they are empty a moment after the engine's processes are gone.</summary>
    public async Task RemoveAsync(TimeProvider time, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Remove();
                return;
            }
            catch (IOException) when (attempt < Attempts)
            {
                // The kernel is still taking the last processes out of their groups.
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    void Remove()
    {
        if (!Directory.Exists(Root))
            return;
        foreach (var hierarchy in Directory.GetDirectories(Root).Prepend(Root))
            RemoveTree(hierarchy + Path);
    }

    // The kernel's files cannot be deleted; a group goes by removing its folder once it has no groups below it.
    static void RemoveTree(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var child in Directory.GetDirectories(folder))
            RemoveTree(child);
        Directory.Delete(folder);
    }
}
