namespace NukeRunner.Help;

/// <summary>Finds the names that somebody may have meant.</summary>
internal static class Nearest
{
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> names)
        => [.. names.Select(x => (Name: x, Distance: Distance(name.ToLowerInvariant(), x.ToLowerInvariant())))
            .Where(x => x.Distance <= Math.Max(2, name.Length / 3))
            .OrderBy(x => x.Distance).ThenBy(x => x.Name, StringComparer.Ordinal).Take(3).Select(x => x.Name)];

    public static string Hint(string name, IEnumerable<string> names)
        => Find(name, names) is { Count: > 0 } found ? $"Did you mean {string.Join(" or ", found)}? " : "";

    /// <summary>How many characters to add, drop or change.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
