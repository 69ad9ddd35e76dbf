using System.Text.RegularExpressions;
using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>
/// What a server says, without what rows hold: messages go to logs, journals and reports, where no personal data belongs. Names of
/// tables, columns and constraints stay.
/// </summary>
static partial class ServerMessage
{
    const string Value = "(a value)";

    const string OwnCode = "what the database's own code says may hold rows; the server's log has it";

    /// <summary>The primary message.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="sql">The text that was run: what stands in it was no row's.</param>
    public static string Of(PostgresException error, string sql) => WithoutRows(error.SqlState, error.MessageText, sql);

    /// <summary>The hint; null where there is none.</summary>
    public static string? HintOf(PostgresException error, string sql) => error.Hint is { } hint ? WithoutRows(error.SqlState, hint, sql) : null;

    /// <summary>Whether the error itself may be told as it is.</summary>
    public static bool Tells(PostgresException error, string sql) => Of(error, sql) == error.MessageText && HintOf(error, sql) == error.Hint;

    /// <summary>The same of what psql, pg_dump or pg_restore print.</summary>
    public static string Of(string output)
    {
        var told = new List<string>();
        var hides = false;
        foreach (var line in output.Split('\n'))
        {
            hides = Hidden().IsMatch(line) || hides && !Begins().IsMatch(line);
            if (!hides)
                told.Add(Data().Match(line) is { Success: true } data ? line[..data.Index] + Quotation().Replace(line[data.Index..], Value) : line);
        }

        return string.Join('\n', told);
    }

    static string WithoutRows(string state, string text, string sql)
    {
        bool IsKnown(string part) => sql.Contains(part, StringComparison.Ordinal);
        return state[..2] switch
        {
            // Data exceptions quote the value.
            "22" => Quotation().Replace(text, found => IsKnown(found.Groups["inner"].Value) ? found.Value : Value),
            // Raised by code, which may say anything: what it puts in has no marks.
            "P0" => Values().Replace(Word().Replace(text, found => IsKnown(found.Value) ? found.Value : Value), Value) is var told && told == Value ? OwnCode : told,
            _ => text,
        };
    }

    [GeneratedRegex("\"(?<inner>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quotation();

    [GeneratedRegex(@"[^\s:;,.()]+([.@][^\s:;,()]+)*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\(a value\)([\s:;,.]+\(a value\))+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Values();

    [GeneratedRegex("^(.*: )?(DETAIL|CONTEXT): ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();

    [GeneratedRegex("^(psql|pg_restore|pg_dump|pg_dumpall|ERROR|FATAL|PANIC|WARNING|NOTICE|HINT|LOCATION|STATEMENT|QUERY|LINE [0-9]+|Command was)\\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Begins();

    [GeneratedRegex("(ERROR|FATAL): .*(invalid|malformed|out of range)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Data();
}
