namespace Nuke.Common;

/// <summary>The text of a condition as the summary shows it: without the lambda's head, on one line.</summary>
internal static class Conditions
{
    public static string Tidy(string? expression)
    {
        var text = string.Join(' ', (expression ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.StartsWith("() =>", StringComparison.Ordinal) ? text[5..].Trim() : text;
    }
}
