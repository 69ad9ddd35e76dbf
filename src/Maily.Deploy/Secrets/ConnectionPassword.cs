using System.Text.RegularExpressions;

namespace Maily.Deploy.Secrets;

/// <summary>Finds passwords inside connection strings: <c>scheme://user:password@host</c> and <c>Password=...;</c>.</summary>
static partial class ConnectionPassword
{
    /// <summary>The passwords in the text, as written and decoded; none where it is no connection string.</summary>
    public static IEnumerable<string> In(string text)
    {
        foreach (var match in InAddress().Matches(text).Concat(InPairs().Matches(text)))
        {
            var written = match.Groups["password"].Value;
            yield return written;
            yield return Uri.UnescapeDataString(written);
        }
    }

    [GeneratedRegex("[a-z][a-z0-9+.-]*://[^/:@\\s]*:(?<password>[^\\s]+)@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InAddress();

    [GeneratedRegex("(?:password|pwd)\\s*=\\s*['\"]?(?<password>[^;'\"]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InPairs();
}
