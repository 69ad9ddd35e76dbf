using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Plans;

/// <summary>Holds a deployment to its plan: what was approved is done, and nothing else.</summary>
public static class PlanGuard
{
    /// <summary>What differs between a plan and the one that would be made now; one sentence each, none where it can be carried out.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="now">The one of now.</param>
    /// <param name="stages">The stages of the run.</param>
    public static ImmutableArray<string> Differences(SavedPlan plan, SavedPlan now, IReadOnlyCollection<string> stages)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        if (plan.Environment != now.Environment)
            found.Add($"it is for {plan.Environment}, not for {now.Environment}");
        if (plan.Commit != now.Commit)
            found.Add($"it is of commit {Short(plan.Commit)}, not of {Short(now.Commit)}");
        foreach (var stage in now.Stages.Where(stage => stages.Contains(stage.Name)))
            found.AddRange(Differences(plan.Stages.FirstOrDefault(planned => planned.Name == stage.Name), stage));
        return found.DrainToImmutable();
    }

    /// <summary>Refuses a step whose far side is not as it was when the plan was made, or that the plan does not know.</summary>
    /// <exception cref="PlanMovedException">It has moved.</exception>
    internal static async Task EnsureAsync(Step step, DeploymentContext context, CancellationToken cancellation)
    {
        if (context.Plan is not { } plan || await step.PreviewAsync(context, cancellation) is not { } now)
            return;
        var moved = Differences(FindStep(plan, step.Id.ToString(), now), new PlannedStep(step.Id.ToString(), step.Title, now.Changes)).ToList();
        if (moved.Count > 0)
            throw new PlanMovedException(moved);
    }

    // What two steps would make, as a namespace that both stand in, the first of them makes: the other one does not look at it then.
    internal static PlannedStep? FindStep(SavedPlan plan, string id, StepPreview now)
    {
        var steps = plan.Stages.SelectMany(stage => stage.Steps).ToLookup(step => step.Id == id);
        bool IsMadeByAnother(PlannedChange change) => change.Action == PlannedAction.Create && now.Changes.All(present => present.Subject != change.Subject)
            && steps[false].Any(other => (other.Changes ?? []).Any(made => made.Action == PlannedAction.Create && made.Subject == change.Subject));
        return steps[true].FirstOrDefault() is { } planned ? planned with { Changes = planned.Changes?.RemoveAll(IsMadeByAnother) } : null;
    }

    static IEnumerable<string> Differences(PlannedStage? plan, PlannedStage now)
    {
        if (plan is null || plan.Note is not null && now.Steps.Any(step => step.Changes is not null))
            return [$"what {now.Name} does was not known when it was made{(plan?.Note is { } note ? $" ({note})" : "")}"];
        // Without details there is nothing more to compare than which steps there are, and of some stages these are not known before.
        if (plan.Note is not null || now.Note is not null)
            return now.Note is not null && plan.Note is null && plan.Steps.Any(step => step.Changes is not null) ? [$"{now.Name}: {now.Note}"] : [];
        var gone = plan.Steps.Where(step => now.Steps.All(other => other.Id != step.Id)).Select(step => $"{step.Id} has nothing to do any more");
        return gone.Concat(now.Steps.SelectMany(step => Differences(plan.Steps.FirstOrDefault(other => other.Id == step.Id), step)));
    }

    static IEnumerable<string> Differences(PlannedStep? plan, PlannedStep now)
    {
        if (plan is null)
            return [$"{now.Id} is not in it"];
        var before = Index(plan);
        var after = Index(now);
        return before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(subject => HasMoved(before.GetValueOrDefault(subject), after.GetValueOrDefault(subject)))
            .Select(subject => $"{now.Id}: {Describe(subject, before.GetValueOrDefault(subject), after.GetValueOrDefault(subject))}");
    }

    // An image that came out the same as the one that is live leaves nothing to change.
    static bool HasMoved(PlannedChange? before, PlannedChange? after) => before?.Basis != after?.Basis
        && !(before is { Action: PlannedAction.Change } && after is { Action: PlannedAction.Unchanged } && before.Basis == (after with { Action = PlannedAction.Change }).Basis);

    static string Describe(string subject, PlannedChange? before, PlannedChange? after) => (before, after) switch
    {
        (null, _) => $"{subject} is not in it",
        (_, null) => $"{subject} is not looked at any more",
        _ when before.After != after.After => $"{subject} is to be something else now",
        _ when before.Identity is null && after.Identity is not null => $"{subject} was made meanwhile",
        _ when after.Identity is null => $"{subject} is gone",
        _ when before.Identity != after.Identity => $"{subject} is another one now",
        _ => $"{subject} was changed meanwhile ({Word(before)} was planned, {Word(after)} would be now)",
    };

    static string Word(PlannedChange change) => change.Action.ToString().ToLowerInvariant();

    static Dictionary<string, PlannedChange> Index(PlannedStep step) =>
        (step.Changes ?? []).GroupBy(change => change.Subject, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    static string Short(string commit) => commit.Length > 7 ? commit[..7] : commit;
}

/// <summary>The far side is not as it was when the plan was made.</summary>
public sealed class PlanMovedException(IReadOnlyCollection<string> moved)
    : DeployException($"The plan cannot be carried out: {moved.Count} things are not as it says.", "Make a new plan with `./build.sh Plan`, look at it, and deploy that.",
        string.Join(Environment.NewLine, moved))
{
    /// <summary>What moved, one sentence each.</summary>
    public IReadOnlyCollection<string> Moved { get; } = moved;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
