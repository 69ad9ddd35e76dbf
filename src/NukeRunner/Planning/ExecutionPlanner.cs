using Nuke.Common.Execution;
using NukeRunner.Help;
using NukeRunner.Runs;

namespace NukeRunner.Planning;

/// <summary>Which targets run, and in which order one after another would be.</summary>
internal static class ExecutionPlanner
{
    /// <param name="targets">All targets of the build, as they are defined.</param>
    /// <param name="names">What was asked for; null for the defaults.</param>
    public static IReadOnlyList<ExecutableTarget> Plan(IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<string>? names)
    {
        var invoked = names?.Select(x => Find(x, targets)).ToHashSet();
        foreach (var target in invoked ?? [])
            target.Invoked = true;
        Cycles.Refuse(targets);
        var roots = invoked ?? targets.Where(x => x.IsDefault).ToHashSet();
        var plan = Order(targets, Closure(roots, targets));
        foreach (var target in plan)
            target.Status = ExecutionStatus.Scheduled;
        return plan;
    }

    static HashSet<ExecutableTarget> Closure(HashSet<ExecutableTarget> roots, IReadOnlyList<ExecutableTarget> targets)
    {
        var needed = new HashSet<ExecutableTarget>();
        var open = new Queue<ExecutableTarget>(roots);
        while (open.TryDequeue(out var target))
        {
            if (!needed.Add(target))
                continue;
            foreach (var next in target.ExecutionDependencies.Concat(target.Triggers).Where(targets.Contains))
                open.Enqueue(next);
        }

        return needed;
    }

    // From the end: the first defined target that nothing left depends on is the last to run. Targets outside the
    // plan take part, since order may pass through them.
    static List<ExecutableTarget> Order(IReadOnlyList<ExecutableTarget> targets, HashSet<ExecutableTarget> needed)
    {
        var left = targets.ToList();
        var plan = new List<ExecutableTarget>();
        while (left.Count > 0)
        {
            var last = left.First(x => !left.Exists(y => y != x && y.AllDependencies.Contains(x)));
            left.Remove(last);
            if (needed.Contains(last))
                plan.Insert(0, last);
        }

        return plan;
    }

    static ExecutableTarget Find(string name, IReadOnlyList<ExecutableTarget> targets)
    {
        var plain = name.Replace("-", "", StringComparison.Ordinal);
        return targets.FirstOrDefault(x => x.Name.Equals(plain, StringComparison.OrdinalIgnoreCase))
            ?? throw new RefusedException(string.Join('\n',
                [
                    $"Target with name '{plain}' does not exist. {Nearest.Hint(plain, targets.Select(x => x.Name))}Available targets are:",
                    .. targets.Select(x => $"  - {x.Name}").Order(StringComparer.Ordinal),
                ]));
    }
}
