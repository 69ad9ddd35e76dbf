using System.Collections.Immutable;
using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Drift;
using Maily.Deploy.Images.Pruning;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>
/// What a team composes: the pipeline, who plans its stages, and what is checked before. Planners and checks are made when
/// a run needs them, so that a part that is left out needs no settings.
/// </summary>
public sealed record DeploymentDefinition
{
    /// <summary>What the environment demands.</summary>
    public required EnvironmentPolicy Policy { get; init; }

    /// <summary>The graph.</summary>
    public required Pipeline Pipeline { get; init; }

    /// <summary>Makes the planner of each stage that has steps, by the stage's name.</summary>
    public required ImmutableDictionary<string, Func<IStagePlanner>> Planners { get; init; }

    /// <summary>Is told how far each step has come; nobody unless the one who composes says so.</summary>
    public IStepObserver? Observer { get; init; }

    /// <summary>Where the environment's backups lie, for listing, expiry and restores; null where there are none.</summary>
    public Func<BackupSetup>? Backups { get; init; }

    /// <summary>How the registry is cleaned; null where it is not.</summary>
    public Func<ImagePruning>? ImagePruning { get; init; }

    /// <summary>The parts that Drift compares with the release record.</summary>
    public ImmutableArray<DriftSource> Drift { get; init; } = [];

    /// <summary>Makes the checks of Validate.</summary>
    public ImmutableArray<CheckSource> Checks { get; init; } = [];

    /// <summary>Says whether a rollback may begin, from what it would undo; nobody unless the one who composes says so.</summary>
    public Func<RollbackPlan, ImmutableArray<JournalState>, CancellationToken, Task<CheckResult>>? RollbackCheck { get; init; }

    /// <summary>The planner of that stage.</summary>
    /// <exception cref="BrokenPipelineException">There is none.</exception>
    public IStagePlanner PlannerOf(string stage) => Planners.TryGetValue(stage, out var make)
        ? make()
        : throw new BrokenPipelineException($"Nothing plans the steps of {stage}.");

    /// <summary>The way back of a step of that stage, or null.</summary>
    public ICompensator? CompensatorOf(string stage, string? type) => Planners.TryGetValue(stage, out var make)
        ? make().Compensators.FirstOrDefault(compensator => compensator.Type == type)
        : null;
}

/// <summary>Makes checks that some stages need.</summary>
/// <param name="Area">The far side or part, for the table where making them fails.</param>
/// <param name="Stages">The stages that need them; empty means all runs do.</param>
/// <param name="Make">Makes them; a <see cref="DeployException"/> counts as not checked where a variable is at fault that has a check of its own, and as a fault where it has none.</param>
public sealed record CheckSource(string Area, ImmutableArray<string> Stages, Func<IEnumerable<Check>> Make)
{
    const string Unusable = "Variables";

    /// <summary>The checks of several sources for a run of the planned stages; a variable that none of them can use is named once.</summary>
    public static IEnumerable<Check> All(IEnumerable<CheckSource> sources, IReadOnlyCollection<string> planned)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        return sources.SelectMany(source => source.For(planned)).Where(check => check.Area != Unusable || named.Add(check.Name));
    }

    static string? VariableOf(DeployException unusable) => unusable switch
    {
        MalformedVariableException malformed => malformed.Name,
        MissingVariableException missing => missing.Name,
        _ => null,
    };

    /// <summary>The checks for a run of the planned stages.</summary>
    public IEnumerable<Check> For(IReadOnlyCollection<string> planned)
    {
        if (!Stages.IsEmpty && !Stages.Any(planned.Contains))
            return [];
        try
        {
            return [.. Make()];
        }
        catch (DeployException unusable) when (VariableOf(unusable) is { } variable && !VariableRules.Names.Contains(variable))
        {
            // It has no check of its own: without this one a run would pass of which nothing was looked at.
            return [new Check(Unusable, variable, _ => Task.FromResult(CheckResult.Fail(unusable.Fact, unusable.Remedy)))];
        }
        catch (DeployException unmade)
        {
            return [new Check(Area, "far side", _ => Task.FromResult(CheckResult.Skip(unmade.Fact)))];
        }
    }
}
