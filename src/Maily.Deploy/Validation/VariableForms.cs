using Amazon;

namespace Maily.Deploy.Validation;

/// <summary>Forms that no pattern says well.</summary>
static class VariableForms
{
    public static bool IsPostgresUrl(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri)
        && uri.Scheme is "postgres" or "postgresql"
        && uri.Host.Length > 0
        && uri.AbsolutePath.Trim('/').Length > 0
        && uri.UserInfo.Split(':', 2) is [{ Length: > 0 }, { Length: > 0 }];

    public static bool IsHost(string value) => Uri.CheckHostName(value) != UriHostNameType.Unknown;

    public static bool IsWord(string value) => value.All(character => !char.IsWhiteSpace(character) && !char.IsControl(character));

    public static bool IsOneLine(string value) => !value.Any(char.IsControl);

    public static bool IsDatabaseName(string value) => value.Length <= 63 && IsWord(value) && !value.Contains('/', StringComparison.Ordinal);

    public static bool IsRegion(string value) =>
        RegionEndpoint.EnumerableAllRegions.Any(region => string.Equals(region.SystemName, value, StringComparison.Ordinal));

    // Plain http only where no network is between: a stand-in on loopback.
    public static bool IsWebhook(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.AbsolutePath.Length > 1
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
