namespace Maily.Deploy.Processes;

/// <summary>Command-line tools that npm carries: pinned by the lock file of a folder, and installed there on first use.</summary>
/// <param name="folder">The folder with <c>package.json</c> and its lock file.</param>
/// <param name="processes">Runs npm.</param>
/// <param name="time">The clock.</param>
public sealed class NpmTools(string folder, ProcessRunner processes, TimeProvider time)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>The first of these files in <c>node_modules</c> that is there, after an installation where that is due; null where this machine's platform has none.</summary>
    /// <exception cref="CommandMissingException">npm is not on this machine.</exception>
    /// <exception cref="CommandFailedException">npm could not install them.</exception>
    public async Task<string?> FindAsync(IReadOnlyCollection<string> files, CancellationToken cancellation)
    {
        string? Present() => files.Select(file => Path.Combine(folder, "node_modules", file)).FirstOrDefault(File.Exists);
        if (Present() is { } present)
            return present;
        await EnsureAsync(null, cancellation);
        return Present();
    }

    /// <summary>Installs what the lock file says, unless that is what is there. Two that need it at once install once.</summary>
    /// <exception cref="CommandMissingException">npm is not on this machine.</exception>
    /// <exception cref="CommandFailedException">npm could not install them.</exception>
    public async Task EnsureAsync(Action<string>? onLine, CancellationToken cancellation)
    {
        if (IsInstalled)
            return;
        // `npm ci` begins by deleting what is there, which somebody may be using.
        await using var turn = await TurnAsync(cancellation);
        if (!IsInstalled)
            await processes.RunAsync(CommandLine.Of("npm", "ci", "--no-audit", "--no-fund", "--prefix", folder), onLine, cancellation);
    }

    bool IsInstalled =>
        new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json")) is { Exists: true } installed
        && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json"));

    async Task<FileStream> TurnAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, ".installing"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                await Task.Delay(Look, time, cancellation);
            }
        }
    }
}
