using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Sandbox.Snapshots;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>What a deployment without faults showed: what each end must look like.</summary>
sealed record DrillReference
{
    /// <summary>The stage whose steps policy may keep.</summary>
    public const string MigrationStage = "Migrate";

    /// <summary>The steps that changed something, in the order in which they were applied.</summary>
    public required ImmutableArray<DrilledStep> Steps { get; init; }

    /// <summary>The last step that was applied.</summary>
    public required StepId Last { get; init; }

    /// <summary>How long the whole deployment took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The far sides before.</summary>
    public required FarSideState Before { get; init; }

    /// <summary>The far sides when all of it is live.</summary>
    public required FarSideState Complete { get; init; }

    /// <summary>The database after each migration, in their order.</summary>
    public required ImmutableArray<(string Migration, ImmutableArray<string> Database)> Migrations { get; init; }

    /// <summary>The database when exactly these migrations are kept; null where they are not the first ones.</summary>
    public ImmutableArray<string>? DatabaseWith(IReadOnlyCollection<string> kept)
    {
        var first = Migrations.Take(kept.Count).ToList();
        if (!first.Select(pair => pair.Migration).ToHashSet(StringComparer.Ordinal).SetEquals(kept))
            return null;
        return first.Count == 0 ? Before.Database : first[^1].Database;
    }
}
