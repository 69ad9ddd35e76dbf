using System.Collections.Immutable;
using Maily.Deploy.Postgres.Scratch;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>Finds what migrations make that the target has already, and a scratch database must not have before them.</summary>
static class MadeByMigrations
{
    /// <summary>What these make.</summary>
    public static MadeObjects Of(ImmutableArray<MigrationFile> migrations)
    {
        var statements = migrations.SelectMany(file => file.Statements).ToImmutableArray();
        return new()
        {
            // Made without "if not exists", it must not be there before; with it, the one of the platform stands where it always stood.
            Extensions = [.. statements.Where(statement => !statement.StartsWith("CREATE", "EXTENSION", "IF")).Select(Extension).OfType<string>()],
            NamedExtensions = [.. statements.Select(Extension).OfType<string>()],
            Publications = MadeFirst(statements, Publication),
            Triggers = MadeFirst(statements, Trigger),
            DefaultRights = [.. statements.Where(statement => statement.StartsWith("ALTER", "DEFAULT", "PRIVILEGES") && ReachesPublic(statement)).SelectMany(RolesOf)],
        };
    }

    // One that is dropped or altered before it is made is the platform's, and must be there.
    static ImmutableHashSet<string> MadeFirst(IEnumerable<SqlStatement> statements, Func<SqlStatement, (bool IsMade, string Name)?> find) =>
        [.. statements.Select(find).OfType<(bool IsMade, string Name)>().GroupBy(found => found.Name, StringComparer.Ordinal).Where(found => found.First().IsMade).Select(found => found.Key)];

    static string? Extension(SqlStatement statement) =>
        statement.StartsWith("CREATE", "EXTENSION") && WordAt(statement, statement.StartsWith("CREATE", "EXTENSION", "IF") ? 5 : 2) is { } name ? NameOf(name) : null;

    static (bool IsMade, string Name)? Publication(SqlStatement statement) => statement.StartsWith("CREATE|DROP|ALTER", "PUBLICATION")
        && WordAt(statement, statement.StartsWith("DROP", "PUBLICATION", "IF") ? 4 : 2) is { } name ? (statement.Words[0] == "CREATE", NameOf(name)) : null;

    // CREATE [OR REPLACE] [CONSTRAINT] TRIGGER name ... ON schema.table, DROP TRIGGER [IF EXISTS] name ON schema.table
    static (bool IsMade, string Name)? Trigger(SqlStatement statement)
    {
        var words = statement.Words;
        var at = words.IndexOf("TRIGGER") + 1;
        if (at is < 2 or > 5 || !statement.StartsWith("CREATE|DROP", "OR|CONSTRAINT|TRIGGER"))
            return null;
        at += statement.StartsWith("DROP", "TRIGGER", "IF") ? 2 : 0;
        var on = words.IndexOf("ON", at) + 1;
        return on > 0 && on + 2 < words.Length && words[on + 1] == "." ? (words[0] == "CREATE", $"{NameOf(words[on])} {NameOf(words[on + 2])} {NameOf(words[at])}") : null;
    }

    static IEnumerable<string> RolesOf(SqlStatement statement) => statement.StartsWith("ALTER", "DEFAULT", "PRIVILEGES", "FOR")
        ? statement.Words.Skip(5).TakeWhile(word => word is not ("IN" or "GRANT" or "REVOKE")).Where(word => word != ",").Select(word => word is "CURRENT_USER" or "CURRENT_ROLE" or "SESSION_USER" ? "" : NameOf(word)) : [""];

    // ALTER DEFAULT PRIVILEGES [FOR ROLE role, ...] [IN SCHEMA schema, ...] GRANT ...: those of other schemas leave Supabase's in public alone.
    static bool ReachesPublic(SqlStatement statement)
    {
        var head = statement.Words.TakeWhile(word => word is not ("GRANT" or "REVOKE")).ToImmutableArray();
        return head.IndexOf("IN") is var at && (at < 0 || head.Skip(at + 2).Any(word => NameOf(word) == "public"));
    }

    static string? WordAt(SqlStatement statement, int at) => at < statement.Words.Length ? statement.Words[at] : null;

    static string NameOf(string word) => word.StartsWith('"') ? word.Trim('"') : word.ToLowerInvariant();
}
