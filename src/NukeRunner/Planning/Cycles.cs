using Nuke.Common.Execution;
using NukeRunner.Runs;

namespace NukeRunner.Planning;

/// <summary>Finds targets that wait for themselves.</summary>
internal static class Cycles
{
    public static void Refuse(IReadOnlyList<ExecutableTarget> targets)
    {
        var done = new HashSet<ExecutableTarget>();
        foreach (var target in targets)
            Visit(target, [], done);
    }

    static void Visit(ExecutableTarget target, List<ExecutableTarget> path, HashSet<ExecutableTarget> done)
    {
        if (path.IndexOf(target) is >= 0 and var start)
            throw new RefusedException(
                $"Circular dependencies between targets:\n  - {string.Join(" -> ", path.Skip(start).Append(target).Select(x => x.Name))}");
        if (done.Contains(target))
            return;
        path.Add(target);
        foreach (var dependency in target.AllDependencies)
            Visit(dependency, path, done);
        path.RemoveAt(path.Count - 1);
        done.Add(target);
    }
}
