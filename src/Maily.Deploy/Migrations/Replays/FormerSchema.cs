using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Postgres.Catalogs;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>
/// What a migration changes, as it was before: what its way back must lead to. Others may change the rest of the schema meanwhile.
/// </summary>
/// <param name="Items">SHA-256 of each definition, by kind and name; null where the migration made it.</param>
public sealed record FormerSchema(ImmutableSortedDictionary<string, string?> Items)
{
    /// <summary>Those objects, by kind and name, as a catalog has them.</summary>
    internal static FormerSchema Of(IEnumerable<string> titles, DatabaseCatalog present) => new(titles.ToImmutableSortedDictionary(
        title => title, title => present.Items.TryGetValue(title, out var found) ? HashOf(found.Definition) : null, StringComparer.Ordinal));

    /// <summary>What is otherwise than before the migration, by kind and name.</summary>
    internal ImmutableArray<string> DifferencesFrom(DatabaseCatalog present) =>
        [.. Of(Items.Keys, present).Items.Where(item => item.Value != Items[item.Key]).Select(item => item.Key)];

    static string HashOf(string definition) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(definition)));
}
