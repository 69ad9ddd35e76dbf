namespace Maily.Deploy.Sandbox.Engine;

/// <summary>The control groups under which an engine puts its containers: one name, in each hierarchy that the machine has.</summary>
public sealed class CgroupParent(string instance)
{
    const string Root = "/sys/fs/cgroup";

    /// <summary>Its path, from the root of each hierarchy.</summary>
    public string Path { get; } = $"/maily-sandbox-{instance}";

    /// <summary>Removes the groups; they are empty once the engine's processes are gone.</summary>
    public void Remove()
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
