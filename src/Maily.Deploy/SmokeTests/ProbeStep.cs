using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.SmokeTests;

/// <summary>A probe as a step: it changes nothing, and is asked again whenever the deployment goes on.</summary>
sealed class ProbeStep(ProbeSpec probe, ProbeRunner runner) : Step
{
    const string Passed = "passed";

    public override StepKind Kind => StepKind.Probing;

    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult(Finding.Absent);

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var result = await runner.RunAsync(probe, cancellation);
        context.Deployment.Log.LogInformation("{Probe}: {Fact}", probe.Name, result.Fact);
        return StepOutputs.Of(("result", Passed));
    }

    public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Task.FromResult(Verification.Compare(Passed, outputs["result"] ?? "not run"));
}
