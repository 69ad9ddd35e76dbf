using System.Collections.Immutable;

namespace Maily.Deploy.SmokeTests;

/// <summary>
/// One smoke test against one far side. In texts, <c>${NAME}</c> stands for a variable; <c>${COMMIT}</c>,
/// <c>${DEPLOYMENT}</c> and <c>${ENVIRONMENT}</c> for those of the deployment.
/// </summary>
/// <param name="Name">Names the probe, and its step.</param>
public abstract record ProbeSpec(string Name)
{
    /// <summary>
    /// The stage that makes what is probed live (<c>DeployVercel</c>); when a run skips it and nothing of it was live before,
    /// there is nothing to probe yet, and the probe is left out. Null: always probed.
    /// </summary>
    public string? Of { get; init; }
}

/// <summary>Asks an address.</summary>
/// <param name="Name">Names the probe.</param>
/// <param name="Url">The address.</param>
public sealed record HttpProbe(string Name, string Url) : ProbeSpec(Name)
{
    /// <summary>The status that must come.</summary>
    public int Status { get; init; } = 200;

    /// <summary>A text that the body must hold; null where any body will do.</summary>
    public string? Text { get; init; }

    /// <summary>Properties that the JSON body must have, by path: <c>checks.database</c> is <c>ok</c>.</summary>
    public ImmutableSortedDictionary<string, string> Json { get; init; } = Empty;

    /// <summary>Headers to send; <c>Host</c> is sent instead of the address's own.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = Empty;

    static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Asks the database, in a read-only transaction.</summary>
/// <param name="Name">Names the probe.</param>
/// <param name="Sql">A query; the first column of its first row is looked at.</param>
/// <param name="Expected">That value as text, in the invariant culture.</param>
public sealed record SqlProbe(string Name, string Sql, string Expected) : ProbeSpec(Name);
