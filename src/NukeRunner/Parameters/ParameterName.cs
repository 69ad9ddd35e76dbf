using System.Text;

namespace NukeRunner.Parameters;

/// <summary>The ways a parameter's name is written.</summary>
internal static class ParameterName
{
    // Words with capitals inside, which are one word to people.
    static readonly string[] OneWord = ["GitHub", "GitLab", "NuGet", "DotNet", "MSBuild", "TeamCity", "AppVeyor", "MyGet"];

    public static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);

    /// <summary><c>SkipFrontend</c> is <c>skip-frontend</c>.</summary>
    public static string Dashed(string name) => string.Join('-', Words(name)).ToLowerInvariant();

    /// <summary><c>VercelToken</c> is <c>VERCEL_TOKEN</c>.</summary>
    public static string UpperSnake(string name) => string.Join('_', Words(name)).ToUpperInvariant();

    public static IReadOnlyList<string> Words(string name)
    {
        var words = new List<string>();
        var current = new StringBuilder();
        for (var i = 0; i < name.Length;)
        {
            var known = OneWord.FirstOrDefault(x => name.AsSpan(i).StartsWith(x, StringComparison.Ordinal));
            if (known is not null || name[i] is '_' or '-' || Starts(name, i))
                Flush(words, current);
            if (known is not null)
                words.Add(known);
            else if (name[i] is not ('_' or '-'))
                current.Append(name[i]);
            i += known?.Length ?? 1;
        }

        Flush(words, current);
        return words;
    }

    static bool Starts(string name, int i)
        => char.IsUpper(name[i])
            && (i == 0 || !char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));

    static void Flush(List<string> words, StringBuilder current)
    {
        if (current.Length > 0)
            words.Add(current.ToString());
        current.Clear();
    }
}
