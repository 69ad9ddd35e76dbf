using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>Whether code written for the schema before works on the schema after.</summary>
/// <param name="IsCompatible">Whether it surely does.</param>
/// <param name="Reason">Why, or which statement is in doubt.</param>
public sealed record CompatibilityVerdict(bool IsCompatible, string Reason);

/// <summary>
/// Judges by the form of the statements, and conservatively: what only adds is compatible; what is not known to only add
/// is not.
/// </summary>
public static class BackwardCompatibility
{
    /// <summary>The verdict on a migration's statements.</summary>
    public static CompatibilityVerdict Judge(IEnumerable<SqlStatement> statements)
    {
        var created = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in statements.Where(statement => !statement.IsEmpty))
        {
            if (!OnlyAdds(statement, created))
                return new(false, $"not known to only add: {statement.FirstWords(6)}");
            if (statement.StartsWith("CREATE", "TABLE|VIEW|FUNCTION|PROCEDURE|SEQUENCE"))
                created.Add(NameAt(statement, statement.StartsWith("CREATE", "TABLE", "IF", "NOT", "EXISTS") ? 5 : 2));
        }

        return new(true, "its statements only add");
    }

    static bool OnlyAdds(SqlStatement statement, HashSet<string> created) =>
        IsHarmless(statement) || IsNewThing(statement)
        || (statement.StartsWith("CREATE", "UNIQUE", "INDEX") && created.Contains(TableOfIndex(statement)))
        || (statement.StartsWith("CREATE", "POLICY") && !statement.Words.Contains("RESTRICTIVE"))
        || (statement.StartsWith("CREATE", "POLICY|TRIGGER|RULE") && created.Contains(NameAfter(statement, "ON")))
        || (statement.StartsWith("ALTER", "TABLE") && (created.Contains(NameAt(statement, TableAt(statement))) || OnlyAddsColumns(statement)))
        || (statement.StartsWith("REVOKE") && created.Contains(Revoked(statement)))
        || (statement.StartsWith("INSERT", "INTO") && !statement.Words.Contains("UPDATE"));

    static bool IsHarmless(SqlStatement statement) =>
        statement.StartsWith("COMMENT", "ON") || statement.StartsWith("GRANT") || statement.StartsWith("BEGIN|COMMIT|END|ANALYZE|SET|RESET")
        || statement.StartsWith("START", "TRANSACTION") || statement.StartsWith("SELECT", "PG_CATALOG", ".", "SET_CONFIG");

    static bool IsNewThing(SqlStatement statement) =>
        statement.StartsWith("CREATE", "TABLE|INDEX|TYPE|DOMAIN|SEQUENCE|SCHEMA|EXTENSION|VIEW|FUNCTION|PROCEDURE|AGGREGATE|ROLE")
        || statement.StartsWith("CREATE", "MATERIALIZED", "VIEW")
        || (statement.StartsWith("ALTER", "TYPE") && statement.Words.Contains("ADD") && statement.Words.Contains("VALUE"));

    // Each action of the list adds a column that old inserts may leave out. Anything else in the list is a doubt.
    static bool OnlyAddsColumns(SqlStatement statement)
    {
        var actions = Actions([.. statement.Words.Skip(TableAt(statement) + NameLength(statement, TableAt(statement)))]);
        return actions.Count > 0 && actions.TrueForAll(action =>
            action is ["ADD", ..] && action is not ["ADD", "CONSTRAINT" or "CHECK" or "UNIQUE" or "PRIMARY" or "FOREIGN" or "EXCLUDE", ..]
            && !action.Any(word => word is "UNIQUE" or "PRIMARY" or "CHECK" or "REFERENCES")
            && (action.Contains("DEFAULT") || action.Contains("GENERATED") || !IsNotNull(action)));
    }

    static bool IsNotNull(ImmutableArray<string> action) => action.Zip(action.Skip(1)).Any(pair => pair is ("NOT", "NULL"));

    static List<ImmutableArray<string>> Actions(ImmutableArray<string> words)
    {
        var actions = new List<ImmutableArray<string>>();
        var (depth, first) = (0, 0);
        for (var i = 0; i <= words.Length; i++)
        {
            var word = i < words.Length ? words[i] : ";";
            depth += word switch { "(" => 1, ")" => -1, _ => 0 };
            if (word is not (";" or ",") || depth > 0)
                continue;
            if (i > first)
                actions.Add(words[first..i]);
            first = i + 1;
        }

        return actions;
    }

    static int TableAt(SqlStatement statement)
    {
        var at = statement.StartsWith("ALTER", "TABLE", "IF", "EXISTS") ? 4 : 2;
        return at < statement.Words.Length && statement.Words[at] == "ONLY" ? at + 1 : at;
    }

    static string NameAt(SqlStatement statement, int at) => string.Concat(statement.Words.Skip(at).Take(NameLength(statement, at)));

    static int NameLength(SqlStatement statement, int at) => at + 1 < statement.Words.Length && statement.Words[at + 1] == "." ? 3 : 1;

    static string NameAfter(SqlStatement statement, string word) => NameAt(statement, statement.Words.IndexOf(word) + 1);

    // REVOKE ... ON [TABLE | FUNCTION | ...] name: taking rights on what did not exist before takes nothing from old code.
    static string Revoked(SqlStatement statement)
    {
        var at = statement.Words.IndexOf("ON") + 1;
        return at < statement.Words.Length && statement.Words[at] is "TABLE" or "FUNCTION" or "PROCEDURE" or "SEQUENCE" ? NameAt(statement, at + 1) : NameAt(statement, at);
    }

    static string TableOfIndex(SqlStatement statement) =>
        statement.Words.IndexOf("ON") is var on and > 0 && on + 1 < statement.Words.Length && statement.Words[on + 1] == "ONLY" ? NameAt(statement, on + 2) : NameAfter(statement, "ON");
}
