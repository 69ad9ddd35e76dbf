using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>Runs a rollback and sets the exit code: 0 undone, 2 a person must act, 3 nothing to go back to.</summary>
sealed class RollingBack(IHazDeployment build)
{
    const int NeedsPerson = 2;
    const int Refused = 3;

    /// <summary>Rolls back to <paramref name="to"/>, or to the release before the current one.</summary>
    public async Task RunAsync(string? to, CancellationToken cancellation)
    {
        // Until it is done, nobody knows how far it came.
        build.ExitCode = NeedsPerson;
        try
        {
            var goal = to is null ? default(DeploymentId?) : DeploymentId.Parse(to);
            var session = await build.Session.LoadAsync(build, cancellation);
            await using var store = await build.Session.OpenStoreAsync(build, cancellation);
            var request = await build.Session.RequestAsync(build, cancellation);
            Say(session.Log, await Rollback.RunAsync(session.Definition, store, request, goal, cancellation));
        }
        catch (DeployException refused) when (refused.Kind == FailureKind.Refused)
        {
            build.ExitCode = Refused;
            throw;
        }
    }

    void Say(ILogger log, RollbackResult result)
    {
        foreach (var step in result.Steps)
            log.LogInformation("{Step}: {State}, {Text}", step.Step, step.Result.State, step.Result.Text);
        var goal = result.Target is null ? "as it was before the first deployment" : $"{result.Target.Deployment} ({result.Target.Commit[..7]})";
        if (result.IsUnchanged)
            log.LogInformation("{Environment} is rolled back already: {Goal}", build.Environment, goal);
        else if (!result.NeedsPerson)
            log.LogInformation("{Environment} is {Goal} again; a hold is set, clear it with `./build.sh Release --reason \"...\"`", build.Environment, goal);
        var left = result.Steps.Where(step => step.Result.State == CompensationState.NeedsPerson).ToList();
        build.ExitCode = left.Count == 0 && !result.NeedsPerson ? null : NeedsPerson;
        foreach (var step in left)
            log.LogError("A person must act: {Step}: {Text}", step.Step, step.Result.Text);
    }
}
