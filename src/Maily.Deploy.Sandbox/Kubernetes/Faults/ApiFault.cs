using System.Net;

namespace Maily.Deploy.Sandbox.Kubernetes.Faults;

/// <summary>Which requests to the API fail, and how.</summary>
public sealed record ApiFault
{
    int left = int.MaxValue;

    /// <summary>GET, POST, PUT, PATCH or DELETE; null fits all.</summary>
    public string? Method { get; init; }

    /// <summary>Part of the path, such as <c>/deployments/web</c>; null fits all.</summary>
    public string? Path { get; init; }

    /// <summary>Whether only requests fit that open a watch.</summary>
    public bool OnlyWatches { get; init; }

    /// <summary>The answer instead of the real one; null: the request is carried out.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>What the answer asks for in its header Retry-After; not there, when null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Carries the request out and cuts the connection before the answer.</summary>
    public bool LosesAnswer { get; init; }

    /// <summary>Time that passes before the request is carried out.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many requests fail before it ends by itself; all, when not set.</summary>
    public int Times
    {
        get => left;
        init => left = value;
    }

    internal bool Fits(string method, string path, bool watches) =>
        (watches || !OnlyWatches) && (Method is null || Method == method) && (Path is null || path.Contains(Path, StringComparison.Ordinal));

    internal bool Take() => Interlocked.Decrement(ref left) >= 0;
}
