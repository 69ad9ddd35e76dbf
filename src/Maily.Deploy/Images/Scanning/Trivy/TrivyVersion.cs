using System.Globalization;
using System.Text.Json;

namespace Maily.Deploy.Images.Scanning.Trivy;

/// <summary>Reads what trivy says of itself: the answer of <c>trivy version --format json</c> and of a server's <c>/version</c>.</summary>
static class TrivyVersion
{
    /// <summary>Program and database.</summary>
    public static ScannerVersion Of(ReadOnlyMemory<byte> json, string program)
    {
        try
        {
            var root = JsonDocument.Parse(json).RootElement;
            var version = root.TryGetProperty("Version", out var number) ? number.GetString() : null;
            return new(version is null ? program : $"{program} {version}", root.TryGetProperty("VulnerabilityDB", out var database) ? Of(database) : "unknown");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new ScannerException($"{program} does not say its version.", "Check that TRIVY_SERVER_URL leads to a `trivy server`.", malformed.Message, malformed);
        }
    }

    static string Of(JsonElement database) =>
        (database.TryGetProperty("Version", out var version) ? version.ToString() : "unknown")
        + (database.TryGetProperty("UpdatedAt", out var at) && at.TryGetDateTimeOffset(out var time) ? $" of {time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : "");
}
