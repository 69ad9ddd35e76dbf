using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>What is drilled: a product that is live, and its next release.</summary>
public sealed record DrillProduct
{
    /// <summary>The repository whose committed state is deployed.</summary>
    public required string Repository { get; init; }

    /// <summary>The compiled build: <c>_build.dll</c>, as build.sh makes it, or a program that runs by itself.</summary>
    public required string Program { get; init; }

    /// <summary>The target that deploys.</summary>
    public string Target { get; init; } = "DeployProduction";

    /// <summary>Flags of each deployment.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];

    /// <summary>Folders that git does not know and that a deployment needs, below the repository's root: every clone is linked to those that are there.</summary>
    public ImmutableArray<string> Linked { get; init; } = [];

    /// <summary>Changes a clone into the release that is live before each fault; what would take long to build may be replaced by something small.</summary>
    public required Action<string> MakeFormer { get; init; }

    /// <summary>Changes a clone of the former release into the one that is deployed: a change of every part.</summary>
    public required Action<string> MakeNext { get; init; }

    /// <summary>Who writes to the database meanwhile.</summary>
    public required SteadyWrites Writes { get; init; }
}

/// <summary>Rows that are written to the database all the time, one committed after another.</summary>
/// <param name="Table">The table, as <c>schema.table</c>.</param>
/// <param name="Prepare">SQL that makes what the rows stand on.</param>
/// <param name="Write">SQL that writes one row; <c>$1</c> is its mark, a text.</param>
/// <param name="Read">SQL that reads the marks of all rows.</param>
public sealed record SteadyWrites(string Table, string Prepare, string Write, string Read);
