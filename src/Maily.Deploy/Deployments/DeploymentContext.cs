using System.Collections.Immutable;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments;

/// <summary>What every step may know about its deployment. Gives no means to change anything.</summary>
public sealed record DeploymentContext
{
    /// <summary>The deployment's id; marks each of its changes on the far sides.</summary>
    public required DeploymentId Id { get; init; }

    /// <summary>The environment's name: <c>production</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id that is deployed, 40 hexadecimal digits.</summary>
    public required string Commit { get; init; }

    /// <summary>Where progress goes. Never a secret.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Takes secrets out of texts that are journalled.</summary>
    internal Func<string, string> Redact { get; init; } = text => text;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>A folder of this deployment's own, for files that outlive a step (dumps, rendered manifests).</summary>
    public required string Folder { get; init; }

    /// <summary>The release that was live when the deployment began; null before the first one.</summary>
    public ReleaseRecord? Live { get; init; }

    /// <summary>What verified steps of this deployment answered, so far.</summary>
    public ImmutableDictionary<StepId, StepOutputs> Outputs { get; init; } = ImmutableDictionary<StepId, StepOutputs>.Empty;

    /// <summary>Names of the stages that this run leaves out.</summary>
    public ImmutableHashSet<string> Skipped { get; init; } = [];

    /// <summary>Names of the stages that this run plans.</summary>
    public ImmutableArray<string> Stages { get; init; } = [];

    /// <summary>The plan that is carried out exactly; null for what is wanted now.</summary>
    public SavedPlan? Plan { get; init; }

    /// <summary>Whether stages are only looked at, all before any of them runs: what earlier ones make is foreseen where it can be.</summary>
    public bool IsForeseen { get; init; }

    /// <summary>
    /// Cancelled when the run is asked to stop. Steps that change something run to their end all the same; one that only waits
    /// may end at once.
    /// </summary>
    public CancellationToken Stop { get; init; }

    /// <summary>How the release reaches the clusters.</summary>
    public string Strategy { get; init; } = GitOps.Strategy.Apply;

    /// <summary>Whether somebody consented to this deployment by name.</summary>
    public bool IsConsented { get; init; }

    internal Func<string, CancellationToken, Task<ImmutableArray<Step>>>? Planner { get; init; }

    internal Hold HoldBecause(string reason) => new(Environment, reason, Operator.Name, Time.GetUtcNow());

    /// <summary>The steps that a stage of this run would have now; null where the run does not plan that stage. Reads far sides.</summary>
    /// <exception cref="DeployException">The stage cannot be planned now.</exception>
    public async Task<ImmutableArray<Step>?> FindStepsAsync(string stage, CancellationToken cancellation) =>
        Planner is { } plan && Stages.Contains(stage) && !Skipped.Contains(stage) ? await plan(stage, cancellation) : null;

    /// <summary>Whether the run has a stage; one that only looks has all that are not left out.</summary>
    internal bool Runs(string stage) => !Skipped.Contains(stage) && (Stages.IsEmpty || Stages.Contains(stage));

    /// <summary>Outputs of all verified steps of one stage, by step name.</summary>
    public IEnumerable<(string Name, StepOutputs Outputs)> OutputsOf(string stage) =>
        Outputs.Where(pair => pair.Key.Stage == stage).Select(pair => (pair.Key.Name, pair.Value));
}
