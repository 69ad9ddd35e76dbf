namespace Maily.Deploy.Sandbox.Instances;

/// <summary>Held while instances are made, cleaned or published, across processes; the kernel frees it when its holder dies.</summary>
public static class FolderLock
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the lock of the sandboxes' folder; the answer's disposal frees it.</summary>
    public static async Task<IDisposable> TakeAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake(folder) is { } taken)
                return taken;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Takes the lock of a folder; null where another process has it.</summary>
    public static IDisposable? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
