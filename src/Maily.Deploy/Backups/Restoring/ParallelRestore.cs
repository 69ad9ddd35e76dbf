using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>
/// Restores into a database without content over several connections. They cannot share a transaction: what they have made is taken
/// away again where the restore fails, is stopped or is killed. Nobody gets rights on it before all of it is there, policies included.
/// </summary>
/// <param name="processes">Runs pg_restore and psql.</param>
/// <param name="tools">Both.</param>
/// <param name="database">The database.</param>
/// <param name="scripts">Runs SQL there.</param>
sealed class ParallelRestore(ProcessRunner processes, PostgresTools tools, DatabaseSettings database, RestoreScripts scripts)
{
    // Made with the first objects and dropped with the last ones: as long as it stands, the restore is not complete.
    const string Unfinished = "maily_restore_unfinished";

    /// <summary>So many connections at once.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>What its connections are called, so that the way back finds them.</summary>
    public string Connection { get; } = $"maily-deploy {Guid.NewGuid():n}";

    /// <summary>Restores definitions, rows and indexes; then the rest, in one transaction.</summary>
    /// <param name="dump">The dump of the application's schemas.</param>
    /// <param name="plan">How it is put back.</param>
    /// <param name="restored">Chooses lines of its table of contents.</param>
    /// <param name="rest">Does the rest in one transaction, which begins with the SQL given, with the lines that its argument chooses.</param>
    /// <param name="cancellation">Aborts, and takes away again.</param>
    /// <returns>What the rest gives.</returns>
    /// <exception cref="RestoreFailedException">It failed; nothing is left.</exception>
    /// <exception cref="RestoreLeftException">It failed, and something is left.</exception>
    public async Task<T> RunAsync<T>(
        string dump, RestorePlan plan, Func<IEnumerable<string>, IEnumerable<string>> restored, Func<string, Func<IEnumerable<string>, IEnumerable<string>>, Task<T>> rest, CancellationToken cancellation)
    {
        var undo = await UndoAsync(plan, cancellation);
        var first = restored(await FirstAsync(dump, cancellation)).ToHashSet(StringComparer.Ordinal);
        using var watch = DeathWatch.Start(undo);
        try
        {
            await scripts.RunAsync(database, [await scripts.WriteAsync("0-empty.sql", $"{plan.Before}create schema {Unfinished};\n", cancellation)], cancellation, Connection);
            await RestoreAsync(dump, first, cancellation);
            return await rest($"{plan.Guard}drop schema {Unfinished};\n", contents => restored(contents).Where(line => !first.Contains(line)));
        }
        catch (Exception failed)
        {
            await TakeAwayAsync(undo, failed);
            throw;
        }
    }

    async Task RestoreAsync(string dump, IEnumerable<string> lines, CancellationToken cancellation)
    {
        var list = await scripts.WriteAsync("0-first.contents", string.Join('\n', lines), cancellation);
        try
        {
            await processes.RunAsync(PostgresTools.Named(tools.Against(database, "pg_restore", "--exit-on-error", $"--jobs={Jobs}", $"--use-list={scripts.PathOf(list)}", dump), Connection), null, cancellation);
        }
        catch (CommandFailedException failed)
        {
            throw new RestoreFailedException(failed.Evidence, failed);
        }
    }

    // Without rights, which come with the policies; and of what comes after the rows, only what others do not see.
    async Task<IEnumerable<string>> FirstAsync(string dump, CancellationToken cancellation)
    {
        async Task<string[]> ListAsync(params string[] sections) =>
            (await processes.RunAsync(CommandLine.Of(Path.Combine(tools.Folder, "pg_restore"), ["--list", .. sections.Select(section => $"--section={section}"), dump]), null, cancellation)).Split('\n');
        var before = (await ListAsync("pre-data", "data")).Where(line => KindOf(line) is not (null or "ACL" or "DEFAULT"));
        return before.Concat((await ListAsync("post-data")).Where(line => KindOf(line) is "CONSTRAINT" or "INDEX"));
    }

    // A line is: number; class id; object id; kind; schema; name; owner.
    static string? KindOf(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, _, _, var kind, ..] && number.EndsWith(';') ? kind : null;

    async Task<CommandLine> UndoAsync(RestorePlan plan, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(database).OpenAsync(cancellation);
        var present = await connection.ListAsync<string>("select nspname::text from pg_namespace", cancellation);
        var made = plan.Schemas.Except(present, StringComparer.Ordinal).Select(schema => $"drop schema if exists {Quoted.Name(schema)};\n");
        var rights = await connection.FindAsync<string>(RestorePlan.DefaultPrivileges, cancellation, (object)plan.Schemas.ToArray());
        var undo = $"{plan.Before}{string.Concat(made)}drop schema {Unfinished};\n{rights}";
        return tools.Against(database, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", $"--command={End}",
            $"--command=do $unfinished$ begin if to_regnamespace('{Unfinished}') is not null then execute $undo$ {undo} $undo$; end if; end $unfinished$");
    }

    // A server goes on for a client that is gone until it notices.
    string End => $"""
        do $end$
        begin
          for turn in 1..100 loop
            perform pg_stat_clear_snapshot();
            exit when not exists (select pg_terminate_backend(pid) from pg_stat_activity where application_name = {Quoted.Text(Connection)} and datname = current_database());
            perform pg_sleep(0.1);
          end loop;
        end $end$
        """;

    async Task TakeAwayAsync(CommandLine undo, Exception failed)
    {
        try
        {
            // Without a token: whoever stops a restore wants to have the database as it was.
            await processes.RunAsync(undo, null, CancellationToken.None);
        }
        catch (CommandFailedException second)
        {
            throw new RestoreLeftException(database, string.Join('\n', new[] { (failed as DeployException)?.Evidence, second.Evidence }.OfType<string>()), failed);
        }
    }
}
