using System.Net;
using System.Text.Json;

namespace Maily.Deploy.Http;

/// <summary>What a far side answered to one request. The body may hold anything, so show it only redacted.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as text.</param>
/// <param name="RetryAfter">How long the far side asks to wait; null where it does not.</param>
public sealed record HttpAnswer(HttpStatusCode Status, string Body, TimeSpan? RetryAfter = null)
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Whether the same request may well succeed later: 429 and 5xx.</summary>
    public bool IsTransient => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)Status >= 500;

    /// <summary>The body as JSON of the given form; null where it is not.</summary>
    public T? Read<T>() where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, Options);
        }
        catch (JsonException)
        {
            // A proxy's error page, for instance: the caller reports the status instead.
            return null;
        }
    }
}
