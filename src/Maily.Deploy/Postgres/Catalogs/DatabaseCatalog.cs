using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Npgsql;

namespace Maily.Deploy.Postgres.Catalogs;

/// <summary>
/// What the application's schemas hold: tables, columns, types, defaults, constraints, indexes, views, functions, triggers, policies,
/// row-level security, grants, sequences, enums, extensions; and the policies and triggers that it has on Supabase's tables.
/// Without rows, owners' names for rights that owners have anyway, and the order of columns.
/// </summary>
public sealed record DatabaseCatalog(ImmutableSortedDictionary<string, CatalogItem> Items)
{
    /// <summary>Reads the catalog of the database that the connection is open to, in one snapshot.</summary>
    public static async Task<DatabaseCatalog> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var catalog = await ReadHereAsync(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        return catalog;
    }

    /// <summary>The same within a transaction that is open; its search_path is empty afterwards.</summary>
    internal static async Task<DatabaseCatalog> ReadHereAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // So that every name is printed with its schema.
        await connection.RunAsync("set local search_path = ''", cancellation);
        var schemas = (await ApplicationSchemas.ReadAsync(connection, cancellation)).Remove(ApplicationSchemas.History);
        var items = ImmutableSortedDictionary.CreateBuilder<string, CatalogItem>(StringComparer.Ordinal);
        await using (var command = connection.CommandOf(CatalogQuery.Sql, (object)schemas.ToArray()))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var item = new CatalogItem(reader.GetString(0), reader.GetString(1), await reader.IsDBNullAsync(2, cancellation) ? "" : reader.GetString(2), reader.GetBoolean(3));
                items[item.Title] = item;
            }
        }

        return new(items.ToImmutable());
    }

    /// <summary>In what this catalog, the actual one, differs from the expected one; partitions that are only here do not count.</summary>
    public ImmutableArray<CatalogDifference> DifferencesFrom(DatabaseCatalog expected) =>
    [
        .. from title in expected.Items.Keys.Union(Items.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
           let wanted = expected.Items.GetValueOrDefault(title)
           let found = Items.GetValueOrDefault(title)
           where wanted?.Definition != found?.Definition && !(wanted is null && found!.IsPartition)
           select new CatalogDifference(title, wanted?.Definition, found?.Definition),
    ];

    /// <summary>Only those items.</summary>
    public DatabaseCatalog Only(IEnumerable<string> titles)
    {
        var kept = titles.ToHashSet(StringComparer.Ordinal);
        return new(Items.RemoveRange(Items.Keys.Where(title => !kept.Contains(title))));
    }
}
