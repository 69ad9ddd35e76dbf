using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>The parts of a signature version 4, from the header or from a presigned query.</summary>
sealed record AwsSignature
{
    public required string AccessKeyId { get; init; }

    public required string Date { get; init; }

    public required string Region { get; init; }

    public required string Service { get; init; }

    public required IReadOnlyList<string> SignedHeaders { get; init; }

    public required string Signature { get; init; }

    /// <summary><c>yyyyMMddTHHmmssZ</c>.</summary>
    public required string Timestamp { get; init; }

    public string? SessionToken { get; init; }

    /// <summary>How long a presigned request is good, in seconds; <see langword="null"/> for one signed in its header.</summary>
    public int? Expires { get; init; }

    public bool IsPresigned => Expires is not null;

    public DateTimeOffset SignedAt =>
        DateTimeOffset.ParseExact(Timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>The signature of a request; <see langword="null"/> where it has none that can be read.</summary>
    public static AwsSignature? Of(HttpRequest request) =>
        request.Query.ContainsKey("X-Amz-Signature") ? OfQuery(request.Query) : OfHeader(request);

    /// <summary>Whether this is what the secret key makes of the request.</summary>
    public bool IsMadeWith(string secretAccessKey, HttpRequest request, byte[] body)
    {
        var scope = $"{Date}/{Region}/{Service}/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{Timestamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(request, body))))}";
        var key = Sign(Sign(Sign(Sign(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), Date), Region), Service), "aws4_request");
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hex(Sign(key, toSign))), Encoding.ASCII.GetBytes(Signature));
    }

    static AwsSignature? OfHeader(HttpRequest request)
    {
        const string Scheme = "AWS4-HMAC-SHA256 ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var parts = header[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        return Of(name => parts.GetValueOrDefault(name), request.Headers["X-Amz-Date"], request.Headers["X-Amz-Security-Token"], null);
    }

    static AwsSignature? OfQuery(IQueryCollection query) =>
        int.TryParse(query["X-Amz-Expires"], CultureInfo.InvariantCulture, out var expires)
            ? Of(name => query["X-Amz-" + name], query["X-Amz-Date"], query["X-Amz-Security-Token"], expires)
            : null;

    static AwsSignature? Of(Func<string, string?> part, string? timestamp, string? sessionToken, int? expires) =>
        part("Credential")?.Split('/') is [var key, var date, var region, var service, "aws4_request"]
        && part("SignedHeaders") is { } headers
        && part("Signature") is { } signature
        && DateTimeOffset.TryParseExact(timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? new AwsSignature
            {
                AccessKeyId = key,
                Date = date,
                Region = region,
                Service = service,
                SignedHeaders = headers.Split(';'),
                Signature = signature,
                Timestamp = timestamp!,
                SessionToken = sessionToken,
                Expires = expires,
            }
            : null;

    string Canonical(HttpRequest request, byte[] body)
    {
        var headers = SignedHeaders.Select(name => $"{name}:{Trimmed(request, name)}\n");
        return string.Join(
            '\n',
            request.Method,
            CanonicalPath(request),
            CanonicalQuery(request.Query),
            string.Concat(headers),
            string.Join(';', SignedHeaders),
            Hex(SHA256.HashData(body)));
    }

    static string Trimmed(HttpRequest request, string name) =>
        string.Join(',', request.Headers[name].Select(value => string.Join(' ', (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    /// <summary>Every service but S3 encodes the path that is already encoded once more.</summary>
    static string CanonicalPath(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        return path.Length == 0 ? "/" : string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
    }

    static string CanonicalQuery(IQueryCollection query) => string.Join('&', query
        .Where(pair => pair.Key != "X-Amz-Signature")
        .SelectMany(pair => pair.Value.Select(value => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"))
        .Order(StringComparer.Ordinal));

    static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
