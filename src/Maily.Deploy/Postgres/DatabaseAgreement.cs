using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Postgres;

/// <summary>Whether two settings name the same database and role, and if not, in what they differ.</summary>
/// <param name="Differences">Each as <c>host: a and b</c>; of passwords only that they differ.</param>
public sealed partial record DatabaseAgreement(ImmutableArray<string> Differences)
{
    /// <summary>Whether both name the same.</summary>
    public bool IsSame => Differences.IsEmpty;

    /// <summary>
    /// Compares. A Supabase project's direct host (<c>db.REF.supabase.co</c>, user <c>postgres</c>) and its pooler (user
    /// <c>postgres.REF</c>) are one place, whatever the port; so are the names of this machine.
    /// </summary>
    public static DatabaseAgreement Between(DatabaseSettings one, DatabaseSettings other)
    {
        var (first, second) = (PlaceOf(one), PlaceOf(other));
        return new([.. new[]
        {
            Differ("host", first.Host, second.Host), Differ("name", one.Name, other.Name), Differ("user", first.User, second.User),
            one.Password is { } password && other.Password is { } otherPassword && !password.Equals(otherPassword) ? "the passwords differ" : null,
        }.OfType<string>()]);
    }

    static string? Differ(string what, string one, string other) =>
        string.Equals(one, other, StringComparison.Ordinal) ? null : $"{what}: {one} and {other}";

    static (string Host, string User) PlaceOf(DatabaseSettings settings)
    {
        var host = settings.Host.ToLowerInvariant();
        var dot = settings.User.LastIndexOf('.');
        if (DirectHost().Match(host) is { Success: true } direct)
            return ($"Supabase project {direct.Groups["ref"].Value}", settings.User);
        if (host.EndsWith(".pooler.supabase.com", StringComparison.Ordinal) && dot > 0)
            return ($"Supabase project {settings.User[(dot + 1)..]}", settings.User[..dot]);
        return ($"{(host is "127.0.0.1" or "::1" ? "localhost" : host)}:{settings.Port}", settings.User);
    }

    [GeneratedRegex(@"^db\.(?<ref>[a-z0-9]+)\.supabase\.(co|net|red)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DirectHost();
}
