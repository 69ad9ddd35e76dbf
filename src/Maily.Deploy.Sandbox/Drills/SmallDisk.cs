using Maily.Deploy.Processes;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>A disk of a few megabytes in place of a folder, which can be filled to its last byte. Needs the right to mount.</summary>
sealed class SmallDisk : IAsyncDisposable
{
    const string Size = "48m";

    readonly string folder;
    readonly ProcessRunner runner;

    SmallDisk(string folder, ProcessRunner runner) => (this.folder, this.runner) = (folder, runner);

    /// <summary>Mounts it.</summary>
    public static async Task<SmallDisk> MountAsync(string folder, ProcessRunner runner, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await runner.RunAsync(CommandLine.Of("mount", "-t", "tmpfs", "-o", $"size={Size},mode=0700", "maily-drill", folder), onLine: null, cancellation);
        return new(folder, runner);
    }

    /// <summary>Fills it.</summary>
    public void Fill()
    {
        var block = new byte[64 * 1024];
        using var file = new FileStream(Path.Combine(folder, "full"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var size = block.Length; size > 0; size /= 2)
            while (Writes(file, block.AsSpan(0, size)))
            {
            }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() =>
        await runner.RunAsync(CommandLine.Of("umount", "--lazy", folder), onLine: null, CancellationToken.None);

    static bool Writes(FileStream file, ReadOnlySpan<byte> block)
    {
        try
        {
            file.Write(block);
            return true;
        }
        catch (IOException)
        {
            // Full, for a block of this size.
            return false;
        }
    }
}
