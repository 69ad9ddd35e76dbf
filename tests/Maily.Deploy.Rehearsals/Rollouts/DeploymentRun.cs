using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Deployments of the given stages alone, one after another, with journal and release records in a folder.</summary>
sealed class DeploymentRun(string folder, params IStagePlanner[] stages)
{
    /// <summary>The clock of the machine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The plan that is to be carried out exactly.</summary>
    public SavedPlan? Plan { get; init; }

    /// <summary>Stages that are left out.</summary>
    public ImmutableHashSet<string> Skipped { get; init; } = [];

    /// <summary>Where progress goes.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>How releases reach the clusters.</summary>
    public string Strategy { get; init; } = Maily.Deploy.GitOps.Strategy.Apply;

    /// <summary>Runs the stages that are not left out; a failure, or <paramref name="undo"/>, is compensated.</summary>
    public async Task<RunResult> RunAsync(string commit, CancellationToken cancellation, bool undo = false)
    {
        await using var deployment = await Deployment.StartAsync(Definition(), Store(), Request(commit), cancellation);
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
        await NextSecondAsync(deployment.Context.Id, cancellation);
        return new(failure, deployment);
    }

    // Ids are ordered by the second in which a deployment began: no two begin in one, as no two do outside of tests.
    async Task NextSecondAsync(DeploymentId id, CancellationToken cancellation)
    {
        var next = id.BeganAt + TimeSpan.FromSeconds(1);
        // A timer counts by a coarser clock than the one that ids are made by, and may end some milliseconds early.
        while (Time.GetUtcNow() is var now && now < next)
            await Task.Delay(next - now + TimeSpan.FromMilliseconds(1), Time, cancellation);
    }

    /// <summary>What a run would do.</summary>
    public async Task<(ImmutableArray<PreviewedStage> Stages, SavedPlan Plan)> PreviewAsync(string commit, CancellationToken cancellation)
    {
        await using var store = Store();
        var request = Request(commit);
        var stages = await Preview.OfAsync(Definition(), store, request, cancellation);
        return (stages, Preview.Save(request, stages));
    }

    /// <summary>Begins a deployment and leaves it where <paramref name="stop"/> finds it, as a process that is killed does.</summary>
    public async Task<(DeploymentId Id, Exception? Ended)> LeaveAsync(string commit, CancellationToken stop, CancellationToken cancellation)
    {
        await using var deployment = await Deployment.StartAsync(Definition(), Store(), Request(commit), cancellation);
        try
        {
            foreach (var stage in stages)
                await deployment.RunStageAsync(stage.Stage, new StopSignals(stop, cancellation));
            return (deployment.Context.Id, null);
        }
        catch (OperationCanceledException stopped)
        {
            return (deployment.Context.Id, stopped);
        }
    }

    /// <summary>Goes on with a deployment that was left.</summary>
    public async Task ResumeAsync(string commit, DeploymentId id, CancellationToken cancellation)
    {
        await using var deployment = await Deployment.ContinueAsync(Definition(), Store(), Request(commit), id, cancellation);
        foreach (var stage in stages)
            await deployment.RunStageAsync(stage.Stage, StopSignals.None);
        await deployment.EndAsync(succeeded: true, cancellation);
    }

    /// <summary>Goes back to a former release; null for the one before the current.</summary>
    public Task<RollbackResult> RollbackAsync(string commit, RollbackOptions options, CancellationToken cancellation) =>
        Rollback.RunAsync(Definition(), Store(), Request(commit), options, new StopSignals(CancellationToken.None, cancellation));

    FileDeploymentStore Store() => new(Path.Combine(folder, "store"), Time);

    DeploymentDefinition Definition() => new()
    {
        Policy = new EnvironmentPolicy("sandbox"),
        Pipeline = new Pipeline([.. stages.Select((stage, at) => new Stage(stage.Stage, "") { Kind = StepKind.Reversible, After = at == 0 ? [] : [stages[at - 1].Stage] })]),
        Planners = stages.ToImmutableDictionary(stage => stage.Stage, stage => (Func<IStagePlanner>)(() => stage)),
    };

    DeploymentRequest Request(string commit) => new()
    {
        Id = DeploymentId.Create(Time, commit), Environment = "sandbox", Commit = commit, Folder = Path.Combine(folder, "deployments"),
        Log = Log, Time = Time, Stages = [.. stages.Select(stage => stage.Stage)], Skipped = Skipped, Plan = Plan, Strategy = Strategy,
    };
}

/// <summary>How one deployment went.</summary>
sealed record RunResult(DeployException? Failure, Deployment Deployment)
{
    public ImmutableArray<CompensatedStep> Undone => Deployment.Compensated;

    /// <summary>It went well, and all of it that was to be taken back was.</summary>
    public void ShouldBeUndone()
    {
        Failure.ShouldBeNull();
        Undone.ShouldNotBeEmpty();
        Undone.ShouldAllBe(step => step.Result.State == CompensationState.Undone, string.Join('\n', Undone.Select(step => step.Result.Text)));
    }

    public StepOutputs Outputs(string stage, string step) => Deployment.Context.Outputs[new StepId(stage, step)];

    public string EventOf(string stage, string step) => Deployment.State.Steps[new StepId(stage, step)].Last.ToString();
}
