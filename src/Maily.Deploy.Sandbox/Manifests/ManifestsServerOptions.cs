using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Manifests;

/// <summary>How the manifests repository is made.</summary>
public sealed record ManifestsServerOptions
{
    /// <summary>A folder of its own.</summary>
    public required string Folder { get; init; }

    /// <summary>The token that opens it, with the user <c>x-access-token</c>.</summary>
    public required string Token { get; init; }

    /// <summary>The regions that have a folder.</summary>
    public ImmutableArray<string> Regions { get; init; } = ["eu-west-1", "us-east-1"];

    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
