using System.Collections.Immutable;
using System.Globalization;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Which faults of the matrix a drill tries.</summary>
public sealed record DrillSelection
{
    // The run without faults deploys one target after another: side by side it would have taken about so much of its time.
    const double SideBySide = 0.7;

    /// <summary>Parts of steps' names; empty for all.</summary>
    public ImmutableArray<string> Steps { get; init; } = [];

    /// <summary>Kinds of faults; empty for all.</summary>
    public ImmutableHashSet<FaultKind> Kinds { get; init; } = [];

    /// <summary>How many, chosen by the seed; null for all.</summary>
    public int? Sample { get; init; }

    /// <summary>How many deployments are killed at any instant besides; without a sample nothing else is tried then.</summary>
    public int? Instants { get; init; }

    /// <summary>Decides the sample, and at which piece of its traffic a step is struck.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Which part of all, from 1.</summary>
    public int Shard { get; init; } = 1;

    /// <summary>Into how many parts all is divided.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Leaves out what stands in the last report with an allowed end.</summary>
    public bool Remaining { get; init; }

    /// <summary>Reads <c>2/4</c>.</summary>
    /// <exception cref="UnknownFaultException">It is not of that form.</exception>
    public DrillSelection WithShard(string? text) => text?.Split('/') switch
    {
        null => this,
        [var shard, var shards] when Number(shard) is { } k && Number(shards) is { } n && k >= 1 && k <= n => this with { Shard = k, Shards = n },
        _ => throw new UnknownFaultException("shard", text, ["1/2, 2/2, ..."]),
    };

    /// <summary>The chosen faults, in the order of the matrix.</summary>
    internal ImmutableArray<Fault> Of(DrillReference reference)
    {
        var chosen = FaultMatrix.Select(FaultMatrix.Of(reference.Steps), Steps, Kinds);
        if ((Sample ?? (Instants is null ? null : 0)) is { } count)
            chosen = FaultMatrix.Sample(chosen, count, Seed);
        return FaultMatrix.Shard([.. chosen, .. FaultMatrix.Instants(Instants ?? 0, SideBySide * reference.Duration, Seed)], Shard, Shards);
    }

    static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
