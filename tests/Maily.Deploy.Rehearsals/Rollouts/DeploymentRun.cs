using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Deployments of the given stages alone, one after another, with journal and release records in a folder.</summary>
sealed class DeploymentRun(string folder, params IStagePlanner[] stages)
{
    static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>Stages that are left out.</summary>
    public ImmutableHashSet<string> Skipped { get; init; } = [];

    /// <summary>Runs the stages that are not left out; a failure, or <paramref name="undo"/>, is compensated.</summary>
    public async Task<RunResult> RunAsync(string commit, CancellationToken cancellation, bool undo = false)
    {
        await using var deployment = await Deployment.StartAsync(Definition(), new FileDeploymentStore(Path.Combine(folder, "store"), Time), Request(commit), cancellation);
        DeployException? failure = null;
        try
        {
            foreach (var stage in stages.Where(stage => !Skipped.Contains(stage.Stage)))
                await deployment.RunStageAsync(stage.Stage, StopSignals.None);
        }
        catch (DeployException thrown)
        {
            failure = thrown;
        }

        if (undo || failure is not null)
            await deployment.CompensateAsync(cancellation);
        await deployment.EndAsync(succeeded: failure is null && !undo, cancellation);
        return new(failure, deployment);
    }

    DeploymentDefinition Definition() => new()
    {
        Policy = new EnvironmentPolicy("sandbox"),
        Pipeline = new Pipeline([.. stages.Select((stage, at) => new Stage(stage.Stage, "") { After = at == 0 ? [] : [stages[at - 1].Stage] })]),
        Planners = stages.ToImmutableDictionary(stage => stage.Stage, stage => (Func<IStagePlanner>)(() => stage)),
    };

    DeploymentRequest Request(string commit) => new()
    {
        Id = DeploymentId.Create(Time, commit), Environment = "sandbox", Commit = commit, Folder = Path.Combine(folder, "deployments"),
        Log = NullLogger.Instance, Time = Time, Stages = [.. stages.Select(stage => stage.Stage)], Skipped = Skipped,
    };
}

/// <summary>How one deployment went.</summary>
sealed record RunResult(DeployException? Failure, Deployment Deployment)
{
    public ImmutableArray<CompensatedStep> Undone => Deployment.Compensated;

    public StepOutputs Outputs(string stage, string step) => Deployment.Context.Outputs[new StepId(stage, step)];

    public string EventOf(string stage, string step) => Deployment.State.Steps[new StepId(stage, step)].Last.ToString();
}
