using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>The parts that the six skip flags name.</summary>
public enum SkipGroup
{
    /// <summary><c>--skip-infra</c>.</summary>
    Infra,

    /// <summary><c>--skip-database</c>.</summary>
    Database,

    /// <summary><c>--skip-images</c>.</summary>
    Images,

    /// <summary><c>--skip-kubernetes</c>.</summary>
    Kubernetes,

    /// <summary><c>--skip-frontend</c>.</summary>
    Frontend,

    /// <summary><c>--skip-smoke</c>.</summary>
    Smoke,
}

/// <summary>The slice of the pipeline that one target runs.</summary>
/// <param name="Name">The target's name.</param>
/// <param name="Summary">What it does, in one line.</param>
public sealed record Stage(string Name, string Summary)
{
    /// <summary>Stages it cannot work without: they run before it, also when it is run alone.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>Stages that run before it when they run at all.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>The kind of its steps; null for a stage without steps of its own (Validate, Notify).</summary>
    public StepKind? Kind { get; init; }

    /// <summary>The skip flag that leaves it out; null where it cannot be skipped by a flag.</summary>
    public SkipGroup? Skip { get; init; }

    /// <summary>Whether it also runs after a failure (Compensate, Notify).</summary>
    public bool Always { get; init; }

    /// <summary>Whether a stage without steps acts on the environment all the same (takes the lease).</summary>
    public bool ChangesEnvironment { get; init; }
}
