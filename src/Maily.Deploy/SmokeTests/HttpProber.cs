using System.Text.Json;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.SmokeTests;

/// <summary>Runs one try of an HTTP probe whose texts are resolved.</summary>
sealed class HttpProber(HttpClient http, SecretRedactor redactor)
{
    const int ShownCharacters = 300;

    public async Task<ProbeResult> TryAsync(HttpProbe probe, CancellationToken cancellation)
    {
        using var request = Request(probe);
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return Judge(probe, (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return ProbeResult.Fail("no answer", redactor.Redact(lost.Message));
        }
    }

    static HttpRequestMessage Request(HttpProbe probe)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(probe.Url, UriKind.Absolute));
        foreach (var (name, value) in probe.Headers)
            if (string.Equals(name, "Host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = value;
            else
                request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>Compares an answer with what the probe expects.</summary>
    internal ProbeResult Judge(HttpProbe probe, int status, string body)
    {
        if (status != probe.Status)
            return ProbeResult.Fail($"status {status} instead of {probe.Status}", Show(status, body));
        if (probe.Text is { } text && !body.Contains(text, StringComparison.Ordinal))
            return ProbeResult.Fail($"the body does not hold '{redactor.Redact(text)}'", Show(status, body));
        return probe.Json.IsEmpty ? ProbeResult.Pass($"status {status}") : JudgeJson(probe, status, body);
    }

    ProbeResult JudgeJson(HttpProbe probe, int status, string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            foreach (var (path, expected) in probe.Json)
                if (At(json.RootElement, path) is var seen && !string.Equals(seen, expected, StringComparison.Ordinal))
                    return ProbeResult.Fail($"{path} is {redactor.Redact(seen ?? "absent")} instead of {redactor.Redact(expected)}", Show(status, body));
            return ProbeResult.Pass($"status {status}");
        }
        catch (JsonException)
        {
            return ProbeResult.Fail("the body is no JSON", Show(status, body));
        }
    }

    static string? At(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
    }

    // Redacted before it is cut, so that no half of a secret stays.
    string Show(int status, string body)
    {
        var shown = redactor.Redact(body);
        return $"status {status}: {(shown.Length > ShownCharacters ? shown[..ShownCharacters] + " ..." : shown)}";
    }
}
