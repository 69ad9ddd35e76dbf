using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>A target with its definition, its dependencies and where it stands in this run.</summary>
[DebuggerDisplay("{Name}: {Status}")]
public class ExecutableTarget
{
    /// <summary>The property that defines it.</summary>
    public MemberInfo Member { get; set; } = null!;

    /// <summary>The property's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is for.</summary>
    public string? Description { get; set; }

    /// <summary>Whether the help shows it.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>The value of the property; equal for equal targets.</summary>
    public Delegate Factory { get; set; } = null!;

    /// <summary>Checked just before it runs.</summary>
    public List<(string Text, Func<bool> Delegate)> DynamicConditions { get; internal set; } = [];

    /// <summary>Checked before the run.</summary>
    public List<(string Text, Func<bool> Delegate)> StaticConditions { get; internal set; } = [];

    /// <summary>What becomes of its dependencies when it is skipped.</summary>
    public DependencyBehavior DependencyBehavior { get; internal set; }

    /// <summary>Runs even after a failure.</summary>
    public bool AssuredAfterFailure { get; internal set; }

    /// <summary>Others go on when it fails.</summary>
    public bool ProceedAfterFailure { get; internal set; }

    /// <summary>What must have a value or hold before the run.</summary>
    public List<LambdaExpression> DelegateRequirements { get; internal set; } = [];

    /// <summary>What it does.</summary>
    public List<Action> Actions { get; internal set; } = [];

    /// <summary>Run before it, and are scheduled with it.</summary>
    public List<ExecutableTarget> ExecutionDependencies { get; } = [];

    /// <summary>Run before it, if they are scheduled.</summary>
    public List<ExecutableTarget> OrderDependencies { get; } = [];

    /// <summary>Schedule it behind them.</summary>
    public List<ExecutableTarget> TriggerDependencies { get; } = [];

    /// <summary>Are scheduled behind it.</summary>
    public List<ExecutableTarget> Triggers { get; } = [];

    /// <summary>All that run before it.</summary>
    public IReadOnlyCollection<ExecutableTarget> AllDependencies
        => [.. ExecutionDependencies.Concat(OrderDependencies).Concat(TriggerDependencies).Distinct()];

    /// <summary>Patterns of the files that it makes.</summary>
    public List<string> ArtifactProducts { get; internal set; } = [];

    /// <summary>Over how many CI jobs it is split.</summary>
    public int? PartitionSize { get; set; }

    /// <summary>How long it ran so far.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Runs when no target is named.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Where it stands.</summary>
    public ExecutionStatus Status { get; set; }

    /// <summary>Was asked for by name.</summary>
    public bool Invoked { get; set; }

    /// <summary>Facts shown in its line of the summary.</summary>
    public Dictionary<string, string> SummaryInformation { get; } = [];

    /// <summary>Why it is skipped, or null.</summary>
    public string? Skipped { get; set; }

    /// <summary>The conditions that did not hold, or null.</summary>
    public string? OnlyWhen { get; set; }
}
