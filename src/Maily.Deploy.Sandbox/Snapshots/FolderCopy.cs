namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>A copy of a folder whose large files never change once written, as a registry's blobs do not.</summary>
sealed class FolderCopy(string folder, string copy)
{
    const int Small = 64 * 1024;

    /// <summary>Copies the folder as it is now.</summary>
    public void Take()
    {
        Delete(copy);
        foreach (var file in Files(folder))
            Put(file, folder, copy);
    }

    /// <summary>Makes the folder what it was, while a server may read it.</summary>
    public void Restore()
    {
        var before = Files(copy).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Files(folder).Where(file => !before.Contains(file)))
            File.Delete(Path.Combine(folder, file));
        foreach (var file in before.Where(IsChanged))
            Put(file, copy, folder);
        string[] folders = Directory.Exists(folder) ? Directory.GetDirectories(folder, "*", SearchOption.AllDirectories) : [];
        foreach (var empty in folders.OrderByDescending(path => path.Length))
            if (!Directory.EnumerateFileSystemEntries(empty).Any())
                Directory.Delete(empty);
    }

    bool IsChanged(string file)
    {
        var (then, now) = (new FileInfo(Path.Combine(copy, file)), new FileInfo(Path.Combine(folder, file)));
        return !now.Exists || now.Length != then.Length
            || (now.Length <= Small && !File.ReadAllBytes(now.FullName).AsSpan().SequenceEqual(File.ReadAllBytes(then.FullName)));
    }

    static IEnumerable<string> Files(string root) =>
        Directory.Exists(root) ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file)) : [];

    static void Put(string file, string from, string to)
    {
        var target = Path.Combine(to, file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(from, file), target, overwrite: true);
    }

    static void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
