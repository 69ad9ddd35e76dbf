using System.Collections.Concurrent;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>What goes on in Vercel after a call was answered: builds, and the jobs that move production's domains.</summary>
sealed class VercelLife(VercelCore core, VercelEdge edge) : IAsyncDisposable
{
    readonly VercelBuilder builder = new(core);
    readonly CancellationTokenSource closing = new();
    readonly ConcurrentDictionary<int, Task> running = [];

    public void Build(VercelDeployment deployment) => Run(BuildAsync(deployment.Id, closing.Token));

    public void MoveProduction(VercelAliasRequest request, string? outcome) => Run(MoveProductionAsync(request, outcome, closing.Token));

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Task.WhenAll(running.Values);
        closing.Dispose();
    }

    void Run(Task task) => running[task.Id] = FinishAsync(task);

    /// <summary>Waits, and ends quietly where the stand-in closes.</summary>
    async Task FinishAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsFaulted && !closing.IsCancellationRequested)
            await task;
    }

    async Task BuildAsync(string id, CancellationToken cancellationToken)
    {
        await core.PauseAsync(core.Options.BuildStep, cancellationToken);
        if (core.State.Change(id, Begin) is not { ReadyState: "BUILDING" } deployment)
            return;
        try
        {
            var output = await builder.BuildAsync(deployment, cancellationToken);
            if (core.Faults.TakeBuildFailure() is { } failure)
                throw new VercelBuildException(failure);
            await core.PauseAsync(core.Options.BuildStep, cancellationToken);
            await ReadyAsync(deployment, output, cancellationToken);
        }
        catch (VercelBuildException failure)
        {
            Fail(id, failure.Message);
        }
        catch (Exception failure) when (failure is IOException or System.Text.Json.JsonException or ArgumentException)
        {
            Fail(id, failure.Message);
        }
    }

    VercelDeployment Begin(VercelDeployment deployment) => deployment.IsOver
        ? deployment
        : deployment with { ReadyState = "BUILDING", BuildingAt = core.Now };

    void Fail(string id, string message)
    {
        core.Log(id, "stderr", message);
        core.State.Change(id, d => d.IsOver ? d : d with { ReadyState = "ERROR", ErrorMessage = message, ReadyAt = core.Now });
    }

    async Task ReadyAsync(VercelDeployment deployment, VercelOutput output, CancellationToken cancellationToken)
    {
        var address = await edge.ServeAsync(deployment, output, cancellationToken);
        core.Log(deployment.Id, "stdout", "Build Completed");
        var ready = core.State.Change(deployment.Id, d => d.IsOver ? d : d with
        {
            ReadyState = "READY", ReadySubstate = d.Target == "production" ? "STAGED" : null, ReadyAt = core.Now, LoopbackUrl = address,
        });
        if (ready is not { ReadyState: "READY" })
            await edge.WithdrawAsync(deployment.Id);
        else if (ready is { Target: "production", AutoAssignCustomDomains: true } && core.State.Project.AutoAssignCustomDomains)
            Serve(ready.Id);
    }

    async Task MoveProductionAsync(VercelAliasRequest request, string? outcome, CancellationToken cancellationToken)
    {
        await core.PauseAsync(core.Options.AliasStep, cancellationToken);
        SetStatus(request, "in-progress");
        await core.PauseAsync(core.Options.AliasStep, cancellationToken);
        if (outcome == "stuck")
            return;
        if (outcome is null)
            Serve(request.ToDeploymentId);
        core.State.ChangeProject(project => outcome is null ? Settled(project, request) : project);
        SetStatus(request, outcome ?? "succeeded");
    }

    /// <summary>A rollback switches automatic domains off, and a promotion switches them on again.</summary>
    static VercelProject Settled(VercelProject project, VercelAliasRequest request) => project with
    {
        AutoAssignCustomDomains = request.Type == "promote",
        LastRollbackTarget = request.Type == "rollback" ? request.ToDeploymentId : null,
    };

    void SetStatus(VercelAliasRequest request, string status) => core.State.ChangeProject(project => project with
    {
        LastAliasRequest = request with { JobStatus = status }, UpdatedAt = core.Now,
    });

    void Serve(string deploymentId)
    {
        core.State.Change(deploymentId, d => d with { ReadySubstate = "PROMOTED" });
        foreach (var host in core.ProductionHosts)
            core.State.Alias(host, deploymentId);
        core.State.ChangeProject(project => project with { ProductionDeploymentId = deploymentId, UpdatedAt = core.Now });
    }
}
