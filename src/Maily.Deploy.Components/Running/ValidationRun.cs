using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Components;

/// <summary>Runs the checks of the definition that the planned targets need, and those of the deployment itself.</summary>
sealed class ValidationRun(IHazDeployment build)
{
    /// <summary>All answers.</summary>
    public async Task<CheckReport> RunAsync(CancellationToken cancellation)
    {
        var session = await build.Session.LoadAsync(build, cancellation);
        var planned = DeploymentSession.Planned(build, session.Definition.Pipeline);
        var checks = CheckSource.All(session.Definition.Checks, planned)
            .Concat(GitChecks.For(session.Facts, PolicyOf(session.Definition.Policy)))
            .Concat(Own(session.Definition.Policy));
        return await new CheckRunner(build.Session.Time).RunAsync(checks, planned, cancellation);
    }

    static GitPolicy PolicyOf(EnvironmentPolicy policy) => policy.RequiresPushedCommit ? GitPolicy.Strict : GitPolicy.None;

    IEnumerable<Check> Own(EnvironmentPolicy policy)
    {
        yield return new("Deployment", "environment", _ => Task.FromResult(Agreement()));
        yield return new("Deployment", "hold", HoldAsync);
        if (build is IHazPlanFile { PlanFile: { } file } && build.ExecutionPlan.All(target => target.Name != nameof(IPlan.Plan)))
            yield return new("Deployment", "plan", cancellation => PlanAsync(file, cancellation)) { Timeout = TimeSpan.FromMinutes(5) };
        if (build is IHazStrategy { Strategy: var strategy })
            yield return new("Deployment", "strategy", cancellation => StrategyAsync(GitOps.Strategy.Parse(strategy), cancellation)) { Stages = [nameof(IDeployK8s.DeployK8s)] };
        if (build is not IPrepare begun || build.ExecutionPlan.All(target => target.Name != nameof(IPrepare.Prepare)))
            yield break;
        if (build.Wait is { } wait)
            yield return new("Deployment", "wait", _ => Task.FromResult(CheckResult.Pass($"at most {Duration.Parse(wait)} for the lease of another deployment")));
        yield return new("Deployment", "consent", _ => Task.FromResult(Consent.Check(build, policy)));
        if (!begun.Resume)
            yield return new("Deployment", "unfinished", UnfinishedAsync);
    }

    CheckResult Agreement() => build.StandardEnvironment == "staging" && build.Environment == "production"
        ? CheckResult.Fail("DeployStaging was asked to deploy to production", "Use `./build.sh DeployProduction`, or leave --environment out.")
        : CheckResult.Pass(build.Environment);

    async Task<CheckResult> PlanAsync(string file, CancellationToken cancellation)
    {
        var session = await build.Session.LoadAsync(build, cancellation);
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        var request = await build.Session.RequestAsync(build, cancellation);
        var now = Preview.Save(request, await Preview.OfAsync(session.Definition, store, request, cancellation));
        var moved = PlanGuard.Differences(request.Plan!, now, request.Stages);
        return moved.IsEmpty
            ? CheckResult.Pass($"{Path.GetFileName(file)} of {request.Plan!.At:u} can be carried out")
            : CheckResult.Fail($"the plan cannot be carried out: {string.Join("; ", moved)}", "Make a new one with `./build.sh Plan`, look at it, and deploy that.");
    }

    async Task<CheckResult> UnfinishedAsync(CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        if ((await store.ListAsync(build.Environment, 1, cancellation)).FirstOrDefault() is not { Outcome: null } last)
            return CheckResult.Pass("no deployment is");
        // One that is at work has the lease; taking it says so, or waits for it.
        if (await store.FindLeaseAsync(build.Environment, cancellation) is { } lease)
            return CheckResult.Pass($"{last.Header.Id} is at work, {lease.Holder}");
        var error = new UnfinishedDeploymentException(last);
        return CheckResult.Fail(error.Fact, error.Remedy);
    }

    // Between strategies nothing else may change: then taking it back leaves the clusters as they are.
    async Task<CheckResult> StrategyAsync(string strategy, CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        var live = (await store.ListReleasesAsync(build.Environment, 1, cancellation)).FirstOrDefault(release => !release.IsWithdrawn);
        var commit = (await build.Session.LoadAsync(build, cancellation)).Facts.Commit;
        return live switch
        {
            null => CheckResult.Pass(strategy),
            _ when live.Strategy == strategy || live.Manifests.IsEmpty => CheckResult.Pass(strategy),
            _ when strategy == GitOps.Strategy.Apply => CheckResult.Warn($"the release that is live came by {live.Strategy}: objects that Argo CD tracks are not touched", "Deploy with --strategy gitops; or take the Applications away first, without their objects."),
            _ when live.Commit != commit => CheckResult.Fail($"the release that is live was applied from {live.Commit[..7]}, this is {commit[..7]}",
                $"Let Argo CD take over what is live first: check out {live.Commit[..7]} and deploy it with --strategy gitops."),
            _ => CheckResult.Pass("Argo CD takes over the release that is live"),
        };
    }

    async Task<CheckResult> HoldAsync(CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        return await store.FindHoldAsync(build.Environment, cancellation) is { } hold
            ? throw new HeldException(hold)
            : CheckResult.Pass($"none ({store.Description})");
    }
}
