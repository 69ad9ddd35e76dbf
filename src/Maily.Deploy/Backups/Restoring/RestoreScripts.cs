using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>The scripts of a restore, which psql runs in order and as one transaction.</summary>
sealed class RestoreScripts(ProcessRunner processes, PostgresTools tools, string folder)
{
    const int PreambleSize = 1024;

    /// <summary>The command that runs them.</summary>
    public static CommandLine RunCommand(PostgresTools tools, DatabaseSettings settings, string folder, IEnumerable<string> names) =>
        tools.Against(settings, "psql", ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            .. names.Select(name => $"--file={Path.Combine(folder, name)}")]);

    /// <summary>Writes one as it is.</summary>
    public async Task<string> WriteAsync(string name, string sql, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(PathOf(name), sql, cancellation);
        return name;
    }

    /// <summary>Where one lies.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Writes one from a dump, with those lines of its table of contents that are chosen.</summary>
    public async Task<string> WriteAsync(string name, string dump, Func<IEnumerable<string>, IEnumerable<string>> choose, CancellationToken cancellation)
    {
        var restore = Path.Combine(tools.Folder, "pg_restore");
        var contents = await processes.RunAsync(CommandLine.Of(restore, "--list", dump), null, cancellation);
        var list = Path.Combine(folder, $"{name}.contents");
        await File.WriteAllLinesAsync(list, choose(contents.Split('\n')), cancellation);
        var script = Path.Combine(folder, name);
        await processes.RunAsync(CommandLine.Of(restore, $"--use-list={list}", $"--file={script}", dump), null, cancellation);
        await KeepLockTimeoutAsync(script, cancellation);
        return name;
    }

    // A dump begins by waiting for locks for ever, which would undo what the script before it has set. The file may be large: the
    // statement becomes a comment where it stands.
    static async Task KeepLockTimeoutAsync(string script, CancellationToken cancellation)
    {
        await using var file = new FileStream(script, FileMode.Open, FileAccess.ReadWrite);
        var head = new byte[PreambleSize];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (head.AsSpan(0, read).IndexOf("SET lock_timeout = 0;"u8) is >= 0 and var place)
        {
            file.Position = place;
            await file.WriteAsync("-- "u8.ToArray(), cancellation);
        }
    }

    /// <summary>Runs them, and gives the server's warnings.</summary>
    /// <param name="settings">The database.</param>
    /// <param name="names">The scripts.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <param name="connection">What the connection calls itself; null: as all others.</param>
    /// <exception cref="RestoreFailedException">One failed; nothing is changed.</exception>
    public async Task<ImmutableArray<string>> RunAsync(DatabaseSettings settings, IEnumerable<string> names, CancellationToken cancellation, string? connection = null)
    {
        const string warning = "WARNING:";
        var warnings = ImmutableArray.CreateBuilder<string>();
        void Keep(string line)
        {
            if (line.IndexOf(warning, StringComparison.Ordinal) is >= 0 and var place)
                warnings.Add(line[(place + warning.Length)..].Trim());
        }

        try
        {
            var command = RunCommand(tools, settings, folder, names);
            await processes.RunAsync(connection is null ? command : PostgresTools.Named(command, connection), Keep, cancellation);
            return warnings.ToImmutable();
        }
        catch (CommandFailedException failed)
        {
            throw new RestoreFailedException(failed.Evidence, failed);
        }
    }
}
