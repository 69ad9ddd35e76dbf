namespace Maily.Deploy.Sandbox.Trivy;

/// <summary>How the stand-in of a trivy server is set up.</summary>
public sealed record TrivyStandInOptions
{
    /// <summary>The token that it asks for; null asks for none, as `trivy server` does unless told.</summary>
    public string? Token { get; init; }

    /// <summary>What its database knows.</summary>
    public IReadOnlyList<KnownWeakness> Weaknesses { get; init; } = KnownWeakness.All;

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock, by which the database is of today.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
