using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
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
        var checks = session.Definition.Checks.SelectMany(source => source.For(planned))
            .Concat(GitChecks.For(session.Facts, PolicyOf(session.Definition.Policy)))
            .Concat(Own(session.Definition.Policy));
        return await new CheckRunner(build.Session.Time).RunAsync(checks, planned, cancellation);
    }

    static GitPolicy PolicyOf(EnvironmentPolicy policy) => policy.RequiresPushedCommit ? GitPolicy.Strict : GitPolicy.None;

    IEnumerable<Check> Own(EnvironmentPolicy policy)
    {
        yield return new("Deployment", "environment", _ => Task.FromResult(Agreement()));
        yield return new("Deployment", "hold", HoldAsync);
        if (build is not IPrepare begun || build.ExecutionPlan.All(target => target.Name != nameof(IPrepare.Prepare)))
            yield break;
        yield return new("Deployment", "consent", _ => Task.FromResult(Consent.Check(build, policy)));
        if (!begun.Resume)
            yield return new("Deployment", "unfinished", UnfinishedAsync);
    }

    CheckResult Agreement() => build.StandardEnvironment == "staging" && build.Environment == "production"
        ? CheckResult.Fail("DeployStaging was asked to deploy to production", "Use `./build.sh DeployProduction`, or leave --environment out.")
        : CheckResult.Pass(build.Environment);

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

    async Task<CheckResult> HoldAsync(CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        return await store.FindHoldAsync(build.Environment, cancellation) is { } hold
            ? CheckResult.Fail($"held since {hold.At:u} by {hold.By}: {hold.Reason}", "Find out why, then `./build.sh Release --reason \"...\"`.")
            : CheckResult.Pass($"none ({store.Description})");
    }
}
