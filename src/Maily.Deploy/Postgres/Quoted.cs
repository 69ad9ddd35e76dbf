namespace Maily.Deploy.Postgres;

/// <summary>Names and texts as SQL writes them.</summary>
static class Quoted
{
    /// <summary>An identifier in double quotes.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A string in single quotes.</summary>
    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
