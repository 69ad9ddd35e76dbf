using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>
/// Restores into a database without content over several connections. They cannot share a transaction: what they have made is taken
/// away again where the restore fails, is stopped or is killed. The schemas are closed before all of it is there, policies included.
/// </summary>
/// <param name="processes">Runs pg_restore and psql.</param>
/// <param name="tools">Both.</param>
/// <param name="database">The database.</param>
/// <param name="scripts">Runs SQL there.</param>
sealed class ParallelRestore(ProcessRunner processes, PostgresTools tools, DatabaseSettings database, RestoreScripts scripts)
{
    /// <summary>A schema that is made with the first objects and dropped with the last ones: as long as it stands, the restore is not complete.</summary>
    public const string Unfinished = "maily_restore_unfinished";

    /// <summary>So many connections at once.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>What its connections are called, and its mark says, so that the way back finds both and no other restore's.</summary>
    public string Connection { get; } = $"maily-deploy {Guid.NewGuid():n}";

    /// <summary>Restores definitions, rows and indexes; then the rest, in one transaction.</summary>
    /// <param name="dump">The dump of the application's schemas.</param>
    /// <param name="plan">How it is put back.</param>
    /// <param name="schemas">Its schemas as they are now.</param>
    /// <param name="restored">Chooses lines of its table of contents.</param>
    /// <param name="rest">Does the rest in one transaction, which begins with the SQL given, with the lines that its argument chooses; gives warnings.</param>
    /// <param name="cancellation">Aborts, and takes away again.</param>
    /// <returns>The warnings.</returns>
    /// <exception cref="RestoreFailedException">It failed; nothing is left.</exception>
    /// <exception cref="RestoreLeftException">It failed, and something is left.</exception>
    public async Task<ImmutableArray<string>> RunAsync(
        string dump, RestorePlan plan, PresentSchemas schemas, Func<IEnumerable<string>, IEnumerable<string>> restored,
        Func<string, Func<IEnumerable<string>, IEnumerable<string>>, Task<ImmutableArray<string>>> rest, CancellationToken cancellation)
    {
        var first = restored(await FirstAsync(dump, cancellation)).ToHashSet(StringComparer.Ordinal);
        var begin = $"{plan.Before}{schemas.Close}{plan.Check}create schema {Unfinished};\ncomment on schema {Unfinished} is {Quoted.Text(Connection)};\n";
        var undo = Undo(plan, schemas);
        using var watch = DeathWatch.Start(undo);
        try
        {
            await scripts.RunAsync(database, [await scripts.WriteAsync("0-empty.sql", begin, cancellation)], cancellation, Connection);
            await RestoreAsync(dump, first, cancellation);
            return await rest($"{plan.Guard}{schemas.Open}drop schema {Unfinished};\n", contents => restored(contents).Where(line => !first.Contains(line)));
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
        var before = (await ListAsync("pre-data", "data")).Where(line => KindOf(line) is not (null or "ACL"));
        return before.Concat((await ListAsync("post-data")).Where(line => KindOf(line) is "CONSTRAINT" or "INDEX"));
    }

    // A line is: number; class id; object id; kind; schema; name; owner.
    static string? KindOf(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, _, _, var kind, ..] && number.EndsWith(';') ? kind : null;

    CommandLine Undo(RestorePlan plan, PresentSchemas schemas)
    {
        var made = plan.Schemas.Except(schemas.Names, StringComparer.Ordinal).Select(schema => $"drop schema if exists {Quoted.Name(schema)};\n");
        var undo = $"{plan.Before}{string.Concat(made)}drop schema {Unfinished};\n{schemas.Open}{schemas.DefaultPrivileges}";
        return tools.Against(database, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--command=set statement_timeout = 0", $"--command={End}",
            $"--command=do $unfinished$ begin if obj_description(to_regnamespace('{Unfinished}'), 'pg_namespace') = {Quoted.Text(Connection)} then execute $undo$ {undo} $undo$; end if; end $unfinished$");
    }

    // A server goes on for a client that is gone until it notices.
    string End => $"""
        do $end$
        begin
          for turn in 1..100 loop
            perform pg_stat_clear_snapshot();
            perform pg_terminate_backend(pid) from pg_stat_activity where application_name = {Quoted.Text(Connection)} and datname = current_database();
            exit when not found;
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

/// <summary>The schemas of a database before a restore, and how nobody gets in while it is at work.</summary>
/// <param name="Names">All of them.</param>
/// <param name="Owned">Whether those that are restored can be closed: they are this role's.</param>
/// <param name="Close">SQL that takes away everybody's rights on them but their owners'.</param>
/// <param name="Open">SQL that gives them back.</param>
/// <param name="DefaultPrivileges">SQL that gives their default privileges back.</param>
sealed record PresentSchemas(ImmutableArray<string> Names, bool Owned, string Close, string Open, string DefaultPrivileges)
{
    // A schema that the restore makes is its owner's alone by itself.
    const string RightsSql = """
        select coalesce(string_agg(distinct format('revoke all on schema %I from %s', n.nspname, g.name), ';' || chr(10)), ''),
            coalesce(string_agg(format('grant %s on schema %I to %s%s', a.privilege_type, n.nspname, g.name, case when a.is_grantable then ' with grant option' else '' end), ';' || chr(10)), ''),
            coalesce(bool_and(pg_has_role(n.nspowner, 'USAGE')), true)
        from pg_namespace n, aclexplode(n.nspacl) a, lateral (select case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as g(name)
        where n.nspname = any($1) and a.grantee <> n.nspowner
        """;

    const string DefaultPrivilegesSql = """
        select coalesce(string_agg(format('alter default privileges for role %I in schema %I grant %s on %s to %s%s', pg_get_userbyid(d.defaclrole), n.nspname, a.privilege_type,
            case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end, case when a.is_grantable then ' with grant option' else '' end), ';' || chr(10)), '')
        from pg_default_acl d join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
        where n.nspname = any($1) and pg_has_role(d.defaclrole, 'USAGE')
        """;

    /// <summary>Reads them.</summary>
    /// <param name="connection">Open on the database.</param>
    /// <param name="restored">The schemas that are restored.</param>
    /// <param name="cancellation">Aborts.</param>
    public static async Task<PresentSchemas> ReadAsync(NpgsqlConnection connection, ImmutableArray<string> restored, CancellationToken cancellation)
    {
        ImmutableArray<string> names = [.. await connection.ListAsync<string>("select nspname::text from pg_namespace", cancellation)];
        var privileges = await connection.FindAsync<string>(DefaultPrivilegesSql, cancellation, (object)restored.ToArray());
        await using var command = connection.CommandOf(RightsSql, (object)restored.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(names, reader.GetBoolean(2), Statements(reader.GetString(0)), Statements(reader.GetString(1)), Statements(privileges ?? ""));
    }

    static string Statements(string sql) => sql.Length == 0 ? "" : $"{sql};\n";
}
