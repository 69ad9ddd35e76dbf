using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Vercel;

/// <summary>
/// Promotes the former deployment again. Not by Vercel's rollback endpoint: that would switch the project's automatic
/// domains off.
/// </summary>
public sealed class PromotionCompensator(VercelFrontend frontend) : ICompensator
{
    /// <summary>What promotion steps name.</summary>
    public const string TypeName = "vercel.promotion";

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<PromotionRestorePoint>();
        var writer = frontend.Writer(context);
        var promotion = new Promotion(frontend, writer);
        var project = await promotion.UntilIdleAsync(cancellation);
        if (project.Production == point.Former)
            return await RestoreSwitchAsync(writer, project, point, point.Former is null ? "No deployment serves production, as before." : $"{point.Former} still serves production.", cancellation);
        if (project.Production != point.Wanted)
            return CompensationResult.NeedsPerson(
                $"Production is served by {project.Production ?? "nothing"}, which is neither this deployment's {point.Wanted} nor the former {point.Former ?? "none"}: decide which one shall serve it, and promote it on Vercel.");
        return point.Former is null
            ? await RemoveAsync(writer, point, cancellation)
            : await ReturnAsync(promotion, writer, point, point.Former, cancellation);
    }

    async Task<CompensationResult> ReturnAsync(
        Promotion promotion, VercelWriter writer, PromotionRestorePoint point, string former, CancellationToken cancellation)
    {
        if (await frontend.Reader().FindDeploymentAsync(former, cancellation) is null)
            return CompensationResult.NeedsPerson($"{former}, which served production before, does not exist any more: promote another deployment on Vercel.");
        await promotion.RunAsync(former, cancellation);
        return await RestoreSwitchAsync(writer, await frontend.Reader().GetProjectAsync(cancellation), point, $"{former} serves production again.", cancellation);
    }

    // Before the first deployment no domain led anywhere. Taking the domains away means deleting what they lead to.
    async Task<CompensationResult> RemoveAsync(VercelWriter writer, PromotionRestorePoint point, CancellationToken cancellation)
    {
        await writer.DeleteAsync(point.Wanted, cancellation);
        var project = await frontend.Reader().GetProjectAsync(cancellation);
        return project.Production is null
            ? await RestoreSwitchAsync(writer, project, point, $"This was the first deployment: {point.Wanted} is deleted, and nothing serves production, as before.", cancellation)
            : CompensationResult.NeedsPerson($"{point.Wanted} is deleted, but {project.Production} serves production, where nothing did before: remove it on Vercel.");
    }

    static async Task<CompensationResult> RestoreSwitchAsync(
        VercelWriter writer, VercelProject project, PromotionRestorePoint point, string text, CancellationToken cancellation)
    {
        if (point.AutoAssign is { } former && project.AutoAssignCustomDomains != former)
            await writer.SetAutoAssignAsync(former, cancellation);
        return CompensationResult.Undone(text);
    }
}
