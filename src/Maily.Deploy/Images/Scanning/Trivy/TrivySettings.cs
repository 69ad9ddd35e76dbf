using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images.Scanning.Trivy;

/// <summary>Where trivy is.</summary>
public sealed record TrivySettings
{
    /// <summary>A trivy server (<c>TRIVY_SERVER_URL</c>); null where trivy itself keeps the database.</summary>
    public Uri? Server { get; init; }

    /// <summary>The server's token (<c>TRIVY_TOKEN</c>); null where it asks for none.</summary>
    public Secret? Token { get; init; }

    /// <summary>The header that carries it (<c>TRIVY_TOKEN_HEADER</c>).</summary>
    public string TokenHeader { get; init; } = "Trivy-Token";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MalformedVariableException">The address is none.</exception>
    public static TrivySettings From(Variables variables) => new()
    {
        Server = variables.Find("TRIVY_SERVER_URL") is { } address ? ServerOf(address) : null,
        Token = variables.FindSecret("TRIVY_TOKEN"), TokenHeader = variables.Find("TRIVY_TOKEN_HEADER") ?? "Trivy-Token",
    };

    static Uri ServerOf(string address) => Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri : throw new MalformedVariableException("TRIVY_SERVER_URL", "the http or https address of a trivy server");
}
