using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Vercel;

/// <summary>What a promotion writes down before it changes anything.</summary>
/// <param name="Wanted">The deployment that is to serve production.</param>
/// <param name="Former">The one that serves it before; null before the first.</param>
/// <param name="AutoAssign">The project's switch for automatic production domains, which a promotion may turn on; null where it is not said.</param>
public sealed record PromotionRestorePoint(string Wanted, string? Former, bool? AutoAssign);

/// <summary>Points production at a deployment that is built already.</summary>
public sealed class PromotionStep(VercelFrontend frontend, string wanted) : Step
{
    static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Reversible;

    /// <inheritdoc/>
    public override string CompensatorType => PromotionCompensator.TypeName;

    /// <inheritdoc/>
    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var project = await frontend.Reader().GetProjectAsync(cancellation);
        return RestorePoint.Of(new PromotionRestorePoint(wanted, project.Production, project.AutoAssignCustomDomains));
    }

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var project = await frontend.Reader().GetProjectAsync(cancellation);
        if (!string.Equals(project.Production, wanted, StringComparison.Ordinal))
            return Finding.Absent;
        var isOwn = IsSinceStart(project.LastAliasRequest, context) || project.Targets?.Production?.IsOf(context.Id) == true;
        return isOwn ? Finding.ByThis(OutputsOf(project)) : Finding.AsWanted(OutputsOf(project));
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        await new Promotion(frontend, frontend.Writer(context)).RunAsync(wanted, cancellation);
        return OutputsOf(await frontend.Reader().GetProjectAsync(cancellation));
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare(wanted, (await frontend.Reader().GetProjectAsync(cancellation)).Production ?? "nothing");

    // The switch is noted, so that somebody who turns it off later is found.
    StepOutputs OutputsOf(VercelProject project) => project.AutoAssignCustomDomains is { } assigns
        ? StepOutputs.Of(("deploymentId", wanted), ("autoAssign", assigns ? "true" : "false")) : StepOutputs.Of(("deploymentId", wanted));

    // Vercel keeps no mark of who promoted. But the lease admits one deployment at a time, so a promotion since this one
    // began is this one's. Where clocks leave that open, it is the former deployment's if that made the same one live.
    bool IsSinceStart(VercelAliasRequest? request, DeploymentContext context)
    {
        var wasLive = context.Live is { } live && live.Deployment != context.Id && live.VercelDeployment == wanted;
        return request is { Type: "promote" } && string.Equals(request.ToDeploymentId, wanted, StringComparison.Ordinal)
            && DateTimeOffset.FromUnixTimeMilliseconds(request.RequestedAt) >= context.Id.BeganAt + (wasLive ? ClockTolerance : -ClockTolerance);
    }
}
