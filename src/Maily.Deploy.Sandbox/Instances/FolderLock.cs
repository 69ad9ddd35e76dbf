namespace Maily.Deploy.Sandbox.Instances;

/// <summary>Held while instances are made, cleaned or published, across processes; the kernel frees it when its holder dies.</summary>
public static class FolderLock
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the lock of the sandboxes' folder; the answer's disposal frees it.</summary>
    public static async Task<IDisposable> TakeAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, ".lock");
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
