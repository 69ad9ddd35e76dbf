namespace Maily.Deploy.Sandbox.Http;

/// <summary>When a fault cuts the connection.</summary>
public enum ConnectionCut
{
    /// <summary>The connection stays.</summary>
    None,

    /// <summary>The request never reaches the service: nothing is changed.</summary>
    BeforeHandling,

    /// <summary>The service does what was asked, and the answer is lost.</summary>
    AfterHandling,
}

/// <summary>One thing that goes wrong on the way to a stand-in, for requests that match.</summary>
public sealed record HttpFault
{
    /// <summary>HTTP method, or <c>*</c> for every one.</summary>
    public string Method { get; init; } = "*";

    /// <summary>Path to match, without the query; <c>*</c> stands for any text.</summary>
    public required string Path { get; init; }

    /// <summary>How many matching requests pass unharmed first.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests are hit; <see langword="null"/> means every one until the fault is cleared.</summary>
    public int? Count { get; init; } = 1;

    /// <summary>Answer with this status instead of handling the request.</summary>
    public int? Status { get; init; }

    /// <summary>Body of that answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>Media type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Headers of that answer, for instance <c>Retry-After</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Wait this many milliseconds before anything else happens.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>Whether and when the connection is cut.</summary>
    public ConnectionCut Cut { get; init; }
}
