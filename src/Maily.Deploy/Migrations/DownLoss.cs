using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Finds what a down script would drop that was written since its migration: it is run, looked at and taken back; then writers are kept
/// away from what it drops, and the rows of later transactions are counted there.
/// </summary>
/// <param name="connection">A connection with an open transaction.</param>
sealed class DownLoss(NpgsqlConnection connection)
{
    const string Savepoint = "maily_down";

    /// <summary>Does nothing where nothing is lost.</summary>
    /// <param name="version">The migration that is undone.</param>
    /// <param name="run">Runs the down script in the open transaction.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="RowsWrittenException">Something is.</exception>
    public async Task ThrowIfAnyAsync(string version, Func<CancellationToken, Task> run, CancellationToken cancellation)
    {
        await connection.RunAsync($"savepoint {Savepoint}", cancellation);
        var before = await DatabaseCatalog.ReadHereAsync(connection, cancellation);
        // The path, too, is as it was: the script may count on it.
        await connection.RunAsync($"rollback to savepoint {Savepoint}", cancellation);
        await run(cancellation);
        var after = await DatabaseCatalog.ReadHereAsync(connection, cancellation);
        await connection.RunAsync($"rollback to savepoint {Savepoint}", cancellation);
        var lost = ImmutableArray.CreateBuilder<WrittenTable>();
        foreach (var (table, condition) in Dropped(before, after))
            if (await CountAsync(version, table, condition, cancellation) is var rows and > 0)
                lost.Add(new(table, rows, 0));
        if (lost.Count > 0)
            throw new RowsWrittenException(lost.ToImmutable());
    }

    // A row of a later transaction counts where it holds something in what is dropped that is no default.
    static IEnumerable<(string Table, string Condition)> Dropped(DatabaseCatalog before, DatabaseCatalog after)
    {
        var gone = before.Items.Values.Where(item => !after.Items.ContainsKey(item.Title)).ToImmutableArray();
        var tables = gone.Where(item => item.Kind == "table").Select(item => item.Name).ToImmutableHashSet(StringComparer.Ordinal);
        foreach (var table in tables.Order(StringComparer.Ordinal))
            yield return (table, "true");
        foreach (var columns in gone.Where(item => item.Kind == "column").Select(item => (Table: item.Name[..ColumnAt(item.Name)], Column: item.Name[(ColumnAt(item.Name) + 1)..], item.Definition))
            .Where(column => !tables.Contains(column.Table) && !column.Definition.Contains(" generated always as (", StringComparison.Ordinal)).GroupBy(column => column.Table, StringComparer.Ordinal))
            yield return (columns.Key, string.Join(" or ", columns.Select(column => Holds(column.Column, column.Definition))));
    }

    static string Holds(string column, string definition) =>
        definition.IndexOf(" default ", StringComparison.Ordinal) is var at and >= 0
            ? $"{column} is distinct from ({definition[(at + " default ".Length)..].Replace(" identity always", "", StringComparison.Ordinal)})" : $"{column} is not null";

    // The last dot outside of quotes.
    static int ColumnAt(string name)
    {
        var (at, quoted) = (0, false);
        for (var i = 0; i < name.Length; i++)
        {
            quoted ^= name[i] == '"';
            if (name[i] == '.' && !quoted)
                at = i;
        }

        return at;
    }

    async Task<long> CountAsync(string version, string table, string condition, CancellationToken cancellation)
    {
        await connection.RunAsync($"lock table only {table} in access exclusive mode", cancellation);
        await using var command = connection.CommandOf(
            $"select count(*) from only {table} where ({condition}) and age(xmin) < (select coalesce(age(xid::xid), 2147483647) from maily_deploy.applied_migrations where version = $1)", version);
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync(cancellation) ?? 0L);
    }
}
