using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups;

/// <summary>
/// A private folder for what must not outlive the run, a dump before it is sealed above all. It is gone after
/// <see cref="Dispose"/>, and also when this process is killed.
/// </summary>
public sealed class ScratchFolder : IDisposable
{
    /// <summary>The variable that names where scratch folders are made.</summary>
    public const string Variable = "MAILY_SCRATCH_FOLDER";

    readonly DeathWatch watch;

    ScratchFolder(string path, bool isOnDisk)
    {
        (Path, IsOnDisk) = (path, isOnDisk);
        watch = DeathWatch.Start(CommandLine.Of("rm", "-rf", "--", path));
    }

    /// <summary>The folder; only its owner may enter.</summary>
    public string Path { get; }

    /// <summary>Whether it lies on a disk that nobody has named, since memory has no room for it.</summary>
    public bool IsOnDisk { get; }

    /// <summary>Makes one in <paramref name="wanted"/>; else in memory where that has room for <paramref name="needed"/> bytes; else in the temp folder.</summary>
    /// <exception cref="BackupPermissionException">It cannot be made there.</exception>
    public static ScratchFolder Create(string? wanted, long needed)
    {
        var isInMemory = wanted is null && MemoryFolder.Free() > needed;
        var parent = wanted ?? (isInMemory ? MemoryFolder.Path : System.IO.Path.GetTempPath());
        try
        {
            var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(parent), $"maily-scratch-{Guid.NewGuid():n}");
            CreatePrivate(path);
            return new(path, wanted is null && !isInMemory);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BackupPermissionException($"no scratch folder can be made in {parent}", failed.Message, failed);
        }
    }

    /// <summary>A folder in it.</summary>
    public string Sub(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        CreatePrivate(path);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The guardian is called off last: should deleting fail, it still does it when this process ends.
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        watch.Dispose();
    }

    // A dump holds personal data: nobody else on the machine may read it.
    internal static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
