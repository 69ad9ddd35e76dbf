namespace Maily.Deploy.Sandbox.Http;

/// <summary>One request that a stand-in got. Secrets are replaced by <c>***</c>.</summary>
/// <param name="At">When it came.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Host">The host that was asked for.</param>
/// <param name="Path">Path with query.</param>
/// <param name="Status">Status that was answered; 0 where the connection was cut.</param>
/// <param name="Faulted">Whether a fault hit it.</param>
public sealed record LoggedRequest(DateTimeOffset At, string Method, string Host, string Path, int Status, bool Faulted);

/// <summary>What a stand-in was asked, in order. Safe to use from several threads.</summary>
public sealed class RequestLog
{
    readonly Lock gate = new();
    readonly List<LoggedRequest> requests = [];
    readonly IReadOnlyList<string> secrets;

    internal RequestLog(IEnumerable<string> secrets) => this.secrets = [.. secrets.Where(s => s.Length > 0)];

    /// <summary>All requests so far.</summary>
    public IReadOnlyList<LoggedRequest> All
    {
        get
        {
            lock (gate)
                return [.. requests];
        }
    }

    internal void Add(LoggedRequest request)
    {
        var path = secrets.Aggregate(request.Path, (text, secret) => text.Replace(secret, "***", StringComparison.Ordinal));
        lock (gate)
            requests.Add(request with { Path = path });
    }
}
