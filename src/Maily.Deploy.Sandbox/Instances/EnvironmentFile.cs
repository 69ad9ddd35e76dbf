namespace Maily.Deploy.Sandbox.Instances;

/// <summary>
/// The variables of a sandbox as a file that <c>sh</c> can source (<c>set -a; . artifacts/sandbox/.env</c>). Its first line names the
/// instance, so that only that one takes it away.
/// </summary>
public static class EnvironmentFile
{
    /// <summary>The file's name.</summary>
    public const string Name = ".env";

    const string Heading = "# The sandbox of Maily Deploy, instance ";

    /// <summary>The file's text: one quoted variable a line, sorted by name.</summary>
    public static string Format(string instance, IReadOnlyDictionary<string, string> variables) => string.Concat(
        variables.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Quote(pair.Value)}\n").Prepend($"{Heading}{instance}\n"));

    /// <summary>The instance whose variables are published, or null.</summary>
    public static string? FindOwner(string root)
    {
        var path = Path.Combine(root, Name);
        return File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { } first && first.StartsWith(Heading, StringComparison.Ordinal)
            ? first[Heading.Length..]
            : null;
    }

    /// <summary>Removes the published variables if they are this instance's.</summary>
    public static void Withdraw(string root, string instance)
    {
        if (FindOwner(root) == instance)
            File.Delete(Path.Combine(root, Name));
    }

    // Within single quotes a shell takes everything as it stands, but for the quote itself.
    static string Quote(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
