using System.Collections.Immutable;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>The graph of a deployment as a value: stages and the edges between them. Targets, plan, journal and CI jobs read it.</summary>
public sealed record Pipeline
{
    /// <summary>Holds the stages.</summary>
    /// <exception cref="BrokenPipelineException">A name stands twice, an edge leads nowhere, or there is a cycle.</exception>
    public Pipeline(ImmutableArray<Stage> stages)
    {
        Stages = stages;
        byName = stages.GroupBy(stage => stage.Name, StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, group => group.Count() == 1 ? group.First() : throw new BrokenPipelineException($"Two stages are called {group.Key}."), StringComparer.Ordinal);
        foreach (var (stage, edge) in stages.SelectMany(stage => EdgesOf(stage).Select(edge => (stage, edge))))
            if (!byName.ContainsKey(edge))
                throw new BrokenPipelineException($"{stage.Name} comes after {edge}, which is no stage.");
        Order = Sort();
    }

    readonly ImmutableDictionary<string, Stage> byName;

    /// <summary>All stages as declared.</summary>
    public ImmutableArray<Stage> Stages { get; }

    /// <summary>All stages in an order that keeps every edge; among equals as declared.</summary>
    public ImmutableArray<Stage> Order { get; }

    /// <summary>The stage of that name.</summary>
    /// <exception cref="BrokenPipelineException">There is none.</exception>
    public Stage this[string name] => byName.GetValueOrDefault(name)
        ?? throw new BrokenPipelineException($"{name} is no stage; the stages are {string.Join(", ", Stages.Select(stage => stage.Name))}.");

    /// <summary>Stages in waves: those of one wave may run side by side.</summary>
    public ImmutableArray<ImmutableArray<Stage>> Waves()
    {
        var depth = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var stage in Order)
            depth[stage.Name] = EdgesOf(stage).Select(edge => depth[edge] + 1).DefaultIfEmpty(0).Max();
        return [.. Order.GroupBy(stage => depth[stage.Name]).OrderBy(wave => wave.Key).Select(wave => wave.ToImmutableArray())];
    }

    static IEnumerable<string> EdgesOf(Stage stage) => stage.Needs.Concat(stage.After);

    ImmutableArray<Stage> Sort()
    {
        var left = Stages.ToList();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var sorted = ImmutableArray.CreateBuilder<Stage>(Stages.Length);
        while (left.Count > 0)
        {
            var next = left.Find(stage => EdgesOf(stage).All(done.Contains))
                ?? throw new BrokenPipelineException($"The stages {string.Join(", ", left.Select(stage => stage.Name))} wait for each other.");
            left.Remove(next);
            done.Add(next.Name);
            sorted.Add(next);
        }

        return sorted.MoveToImmutable();
    }
}

/// <summary>A pipeline is not a graph that can be run: a mistake of the one who composed it.</summary>
public sealed class BrokenPipelineException(string fact)
    : DeployException(fact, "Correct the stages where the pipeline is composed.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
