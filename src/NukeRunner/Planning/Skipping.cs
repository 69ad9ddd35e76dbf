using Nuke.Common;
using Nuke.Common.Execution;

namespace NukeRunner.Planning;

/// <summary>Marks targets that are left out, before the run.</summary>
internal static class Skipping
{
    /// <param name="plan">The targets of the run.</param>
    /// <param name="skip">Names of <c>--skip</c>; empty for all, null without the option.</param>
    public static void Apply(IReadOnlyCollection<ExecutableTarget> plan, IReadOnlyList<string>? skip)
    {
        if (skip is not null)
        {
            foreach (var target in plan.Where(x => skip.Count == 0 || Named(skip, x)))
                Mark(plan, target, "via parameter");
        }

        foreach (var target in plan)
        {
            if (Violated(target, target.StaticConditions))
                Mark(plan, target, null);
        }
    }

    /// <summary>Notes the conditions that do not hold.</summary>
    public static bool Violated(ExecutableTarget target, IEnumerable<(string Text, Func<bool> Delegate)> conditions)
    {
        var texts = conditions.Where(x => !x.Delegate()).Select(x => x.Text).ToArray();
        if (texts.Length > 0)
            target.OnlyWhen = string.Join(" && ", texts);
        return texts.Length > 0;
    }

    // A target that was asked for by name stays, but what it needs is skipped as if it were.
    static void Mark(IReadOnlyCollection<ExecutableTarget> plan, ExecutableTarget target, string? reason)
    {
        if (target.Status != ExecutionStatus.Scheduled)
            return;
        if (!target.Invoked)
        {
            target.Status = ExecutionStatus.Skipped;
            target.Skipped ??= reason;
        }

        if (target.DependencyBehavior == DependencyBehavior.Execute)
            return;
        var needless = target.ExecutionDependencies.Concat(target.Triggers)
            .Where(x => !NeededByOthers(plan, x, target)).ToArray();
        foreach (var dependency in needless)
            Mark(plan, dependency, $"because of {target.Name}");
    }

    static bool NeededByOthers(IReadOnlyCollection<ExecutableTarget> plan, ExecutableTarget target, ExecutableTarget except)
        => plan.Any(x => x != except && x.Status == ExecutionStatus.Scheduled
            && (x.ExecutionDependencies.Contains(target) || x.Triggers.Contains(target)));

    static bool Named(IReadOnlyList<string> names, ExecutableTarget target)
        => names.Any(x => x.Replace("-", "", StringComparison.Ordinal).Equals(target.Name, StringComparison.OrdinalIgnoreCase));
}
