namespace Maily.Deploy.Processes;

/// <summary>Command-line tools that npm carries: pinned by the lock file of a folder, and installed there on first use.</summary>
/// <param name="folder">The folder with <c>package.json</c> and its lock file.</param>
/// <param name="processes">Runs npm.</param>
/// <param name="time">The clock.</param>
public sealed class NpmTools(string folder, ProcessRunner processes, TimeProvider time)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>The first of these files in <c>node_modules</c> that is there, after an installation where none is; null where this machine's platform has none.</summary>
    /// <exception cref="CommandMissingException">npm is not on this machine.</exception>
    /// <exception cref="CommandFailedException">npm could not install them.</exception>
    public async Task<string?> FindAsync(IReadOnlyCollection<string> files, CancellationToken cancellation)
    {
        string? Present() => files.Select(file => Path.Combine(folder, "node_modules", file)).FirstOrDefault(File.Exists);
        if (Present() is { } present)
            return present;
        // Two that need one at once install once: `npm ci` begins by deleting what is there.
        await using var turn = await TurnAsync(cancellation);
        if (Present() is null)
            await processes.RunAsync(CommandLine.Of("npm", "ci", "--no-audit", "--no-fund", "--prefix", folder), null, cancellation);
        return Present();
    }

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
