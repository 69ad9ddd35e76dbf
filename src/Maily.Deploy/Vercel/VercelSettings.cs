using Maily.Deploy.Secrets;

namespace Maily.Deploy.Vercel;

/// <summary>Where the frontend lives and with which right it is reached.</summary>
public sealed record VercelSettings
{
    /// <summary>Address of the real API.</summary>
    public const string StandardApiUrl = "https://api.vercel.com";

    /// <summary>The token (<c>VERCEL_TOKEN</c>).</summary>
    public required Secret Token { get; init; }

    /// <summary>The team or user that owns the project (<c>VERCEL_ORG_ID</c>).</summary>
    public required string OrgId { get; init; }

    /// <summary>The project (<c>VERCEL_PROJECT_ID</c>).</summary>
    public required string ProjectId { get; init; }

    /// <summary>Address of the API (<c>VERCEL_API_URL</c>).</summary>
    public Uri ApiUrl { get; init; } = new(StandardApiUrl);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MissingVariableException">A variable is not set.</exception>
    /// <exception cref="MalformedVariableException">The address is none.</exception>
    public static VercelSettings From(Variables variables) => new()
    {
        Token = variables.Require("VERCEL_TOKEN"),
        OrgId = variables.Require("VERCEL_ORG_ID").Reveal(),
        ProjectId = variables.Require("VERCEL_PROJECT_ID").Reveal(),
        ApiUrl = variables.FindUri("VERCEL_API_URL", StandardApiUrl),
    };
}
