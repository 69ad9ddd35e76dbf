using Amazon;
using Maily.Deploy.Postgres;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Validation;

/// <summary>Forms that no pattern says well.</summary>
static class VariableForms
{
    public static bool IsConnectionString(string value) =>
        Reads(() => ConnectionText.Parse(DatabaseSettings.UrlVariable, value.Trim()));

    public static bool IsHost(string value) => Reads(() => ConnectionText.HostAndPort("DATABASE_HOST", value));

    public static bool IsWord(string value) => value.All(character => !char.IsWhiteSpace(character) && !char.IsControl(character));

    public static bool IsOneLine(string value) => !value.Any(char.IsControl);

    public static bool IsDatabaseName(string value) => value.Length <= 63 && IsWord(value) && !value.Contains('/', StringComparison.Ordinal);

    public static bool IsRegion(string value) =>
        RegionEndpoint.EnumerableAllRegions.Any(region => string.Equals(region.SystemName, value, StringComparison.Ordinal));

    // Plain http only where no network is between: a stand-in on loopback.
    public static bool IsWebhook(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.AbsolutePath.Length > 1
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    // The form is what the deployment itself will read, so that the check and the work never differ.
    static bool Reads(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (MalformedVariableException)
        {
            return false;
        }
    }
}
