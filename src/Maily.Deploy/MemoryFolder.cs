namespace Maily.Deploy;

/// <summary>The folder whose files lie in memory, where the system has one.</summary>
public static class MemoryFolder
{
    /// <summary>Its path; on Linux it is there.</summary>
    public const string Path = "/dev/shm";

    /// <summary>
    /// How many bytes may be written there; 0 where there is none. What is free in a file system of memory is not free memory:
    /// half of what is really available is taken at most.
    /// </summary>
    public static long Free() => OperatingSystem.IsLinux() && Directory.Exists(Path)
        ? Math.Min(new DriveInfo(Path).AvailableFreeSpace, AvailableMemory() / 2)
        : 0;

    static long AvailableMemory()
    {
        const string name = "MemAvailable:";
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.TryParse(line?[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), out var kilobytes) ? kilobytes * 1024 : 0;
    }
}
