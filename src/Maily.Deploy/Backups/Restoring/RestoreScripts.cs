using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>The scripts of a restore, which psql runs in order and as one transaction.</summary>
sealed class RestoreScripts(ProcessRunner processes, PostgresTools tools, string folder)
{
    /// <summary>The command that runs them.</summary>
    public static CommandLine RunCommand(PostgresTools tools, DatabaseSettings settings, string folder, IEnumerable<string> names) =>
        tools.Against(settings, "psql", ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            .. names.Select(name => $"--file={Path.Combine(folder, name)}")]);

    /// <summary>Writes one as it is.</summary>
    public async Task<string> WriteAsync(string name, string sql, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, name), sql, cancellation);
        return name;
    }

    /// <summary>Writes one from a dump, with those lines of its table of contents that are chosen.</summary>
    public async Task<string> WriteAsync(string name, string dump, Func<IEnumerable<string>, IEnumerable<string>> choose, CancellationToken cancellation)
    {
        var restore = Path.Combine(tools.Folder, "pg_restore");
        var contents = await processes.RunAsync(CommandLine.Of(restore, "--list", dump), null, cancellation);
        var list = Path.Combine(folder, $"{name}.contents");
        await File.WriteAllLinesAsync(list, choose(contents.Split('\n')), cancellation);
        await processes.RunAsync(CommandLine.Of(restore, $"--use-list={list}", $"--file={Path.Combine(folder, name)}", dump), null, cancellation);
        return name;
    }

    /// <summary>Runs them, and gives the server's warnings.</summary>
    /// <exception cref="RestoreFailedException">One failed; nothing is changed.</exception>
    public async Task<ImmutableArray<string>> RunAsync(DatabaseSettings settings, IEnumerable<string> names, CancellationToken cancellation)
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
            await processes.RunAsync(RunCommand(tools, settings, folder, names), Keep, cancellation);
            return warnings.ToImmutable();
        }
        catch (CommandFailedException failed)
        {
            throw new RestoreFailedException(failed.Evidence, failed);
        }
    }
}
