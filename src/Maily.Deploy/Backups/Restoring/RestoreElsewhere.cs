using System.Collections.Immutable;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>
/// Restores a backup into a database that a person names: a new project, or a copy to look into. A restore that fails changes
/// nothing: it is one transaction, or, in an empty database, is taken away again. Rows of Supabase's own schemas go where their
/// tables are and are empty.
/// </summary>
public sealed class RestoreElsewhere(ProcessRunner processes)
{
    /// <summary>Keys and scratch folder.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Checks the backup, then restores it into a database for which <see cref="RestoreTarget.RequireConsent"/> has passed.</summary>
    /// <exception cref="BackupDamagedException">The backup is not what its receipt says; nothing is changed.</exception>
    /// <exception cref="Sealing.BackupKeyMissingException">It is sealed with a key that is not at hand; nothing is changed.</exception>
    /// <exception cref="RolesMissingException">The server lacks roles to which what the backup holds belongs; nothing is changed.</exception>
    /// <exception cref="TransactionPoolerException">There is no session.</exception>
    /// <exception cref="RestoreRefusedException">Another restore has begun since the database was looked at.</exception>
    /// <exception cref="RestoreFailedException">The restore failed; nothing is changed.</exception>
    /// <exception cref="RestoreLeftException">The restore into an empty database failed, and could not be taken away again.</exception>
    public async Task<RestoredBackup> RunAsync(StoredBackup backup, RestoreTarget target, CancellationToken cancellation)
    {
        await SessionProbe.RequireSessionAsync(target.Database, "restores", cancellation);
        using var opened = await new BackupReader(processes) { Options = Options }.OpenAsync(backup, cancellation);
        var tools = await PostgresTools.FindAsync(Version.Parse(opened.Receipt.ServerVersion).Major, processes, cancellation);
        await using var connection = await new ReadOnlyDatabase(target.Database).OpenAsync(cancellation);
        await RequireRolesAsync(connection, opened.Receipt, target.Database, cancellation);
        var receipt = opened.Receipt;
        var plan = RestorePlan.For(receipt, await ApplicationSchemas.ReadAsync(connection, cancellation), outside: WhereItCanBe);
        var ownRoles = (await connection.ListAsync<string>("select rolname::text from pg_roles where pg_has_role(oid, 'USAGE')", cancellation)).ToHashSet(StringComparer.Ordinal);
        var (managed, left) = await EmptyAsync(connection, receipt, cancellation);
        var scripts = new RestoreScripts(processes, tools, opened.Sub("restore"));
        // Before the application's tables' references to them, and before the triggers that would fire for them.
        var rows = opened.Managed is { } dump && managed.Count > 0 ? await scripts.WriteAsync("2-managed.sql", dump, contents => contents.Where(line => IsOneOf(line, managed)), cancellation) : null;
        var after = await scripts.WriteAsync("4-after.sql", plan.After, cancellation);
        IEnumerable<string> Restored(IEnumerable<string> contents) => RestorePlan.Restored(contents, ownRoles);
        async Task<ImmutableArray<string>> RunAsync(string before, Func<IEnumerable<string>, IEnumerable<string>> choose, string? connection = null) => await scripts.RunAsync(
            target.Database,
            new[] { await scripts.WriteAsync("1-before.sql", before, cancellation), rows, await scripts.WriteAsync("3-dump.sql", opened.Dump, choose, cancellation), after }.OfType<string>(),
            cancellation, connection);
        var parallel = new ParallelRestore(processes, tools, target.Database, scripts) { Jobs = Options.Jobs };
        var present = await PresentSchemas.ReadAsync(connection, plan.Schemas, cancellation);
        if (!target.HasContent && present.Names.Contains(ParallelRestore.Unfinished, StringComparer.Ordinal))
            throw new RestoreRefusedException(target.Database, "is being restored by somebody");
        // Where something stands, nobody sees it replaced before all of it is. What is made outside first could not be taken away again.
        var warnings = target is { HasContent: false, Environment: null } && plan.Newer.IsEmpty && plan.First.Length == 0 && present.Owned
            ? await parallel.RunAsync(opened.Dump, plan, present, Restored, (before, rest) => RunAsync(before, rest, parallel.Connection), cancellation)
            : await RunAsync(plan.Before, Restored);
        return new(opened.Receipt, [.. managed.Order(StringComparer.Ordinal)], [.. left, .. warnings]);
    }

    static async Task RequireRolesAsync(NpgsqlConnection connection, BackupReceipt receipt, DatabaseSettings database, CancellationToken cancellation)
    {
        var present = await connection.ListAsync<string>("select rolname::text from pg_roles", cancellation);
        if (receipt.Roles.Except(present, StringComparer.Ordinal).ToImmutableArray() is { IsEmpty: false } missing)
            throw new RolesMissingException(database, missing);
    }

    static async Task<(HashSet<string> Empty, List<string> Left)> EmptyAsync(NpgsqlConnection connection, BackupReceipt receipt, CancellationToken cancellation)
    {
        var (empty, left) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var table in receipt.Managed.Where(table => table.Rows > 0))
        {
            if (!await connection.FindAsync<bool>("select to_regclass($1) is not null", cancellation, table.Name))
                left.Add($"{table.Name} is not in this database: its {table.Rows} rows are left out");
            else if (await connection.FindAsync<bool>($"select exists (select from {table.Name})", cancellation))
                left.Add($"{table.Name} has rows already: it is left as it is");
            else
                empty.Add(table.Name);
        }

        return (empty, left);
    }

    // A line is: number; class id; TABLE DATA; schema; name; owner.
    static bool IsOneOf(string line, HashSet<string> tables) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, "TABLE", "DATA", var schema, var name, ..] && tables.Contains($"{schema}.{name}");

    // What it hangs on belongs to Supabase: a database that is no project of it lacks that.
    static string WhereItCanBe(OutsideDependent dependent) => $"""
        do $outside$ begin execute {Quoted.Text(dependent.Sql)};
        exception when undefined_table or undefined_object or undefined_function or invalid_schema_name or insufficient_privilege
            then raise warning '%', {Quoted.Text($"{dependent.Name} cannot be made in this database")}; end $outside$
        """;
}

/// <summary>What a restore has done.</summary>
/// <param name="Receipt">What was restored.</param>
/// <param name="Managed">Tables of Supabase's schemas that were filled.</param>
/// <param name="LeftOut">What was not restored, and why.</param>
public sealed record RestoredBackup(BackupReceipt Receipt, ImmutableArray<string> Managed, ImmutableArray<string> LeftOut);

/// <summary>A server lacks roles to which what a backup holds belongs; nothing was touched.</summary>
public sealed class RolesMissingException(DatabaseSettings database, ImmutableArray<string> roles)
    : DeployException($"{database} has no role {string.Join(", ", roles)}, to which what the backup holds belongs or which has rights on it.",
        $"Make them there: {string.Join(' ', roles.Select(role => $"create role {Quoted.Name(role)};"))}")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
