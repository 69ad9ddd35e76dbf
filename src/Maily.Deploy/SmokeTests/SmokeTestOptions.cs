using System.Collections.Immutable;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.SmokeTests;

/// <summary>What is probed, with what and how patiently.</summary>
public sealed record SmokeTestOptions
{
    /// <summary>The probes; they run side by side.</summary>
    public required ImmutableArray<ProbeSpec> Probes { get; init; }

    /// <summary>Values for the probes' texts.</summary>
    public required Variables Variables { get; init; }

    /// <summary>The HTTP client.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>The database; only needed where there are SQL probes.</summary>
    public NpgsqlDataSource? Database { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Takes secrets out of evidence.</summary>
    public SecretRedactor Redactor { get; init; } = new([]);

    /// <summary>How long one try may take.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a probe may fail before it counts.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause between two tries.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);
}
