using System.Collections.Immutable;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>What a run would do, without doing it: each stage with its steps as far as they can be known now.</summary>
public static class Preview
{
    /// <summary>Plans every stage that has steps. Only far sides are read.</summary>
    public static async Task<ImmutableArray<PreviewedStage>> OfAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, CancellationToken cancellation)
    {
        var context = await request.ContextAsync(request.Id, store, cancellation);
        var stages = ImmutableArray.CreateBuilder<PreviewedStage>();
        foreach (var stage in definition.Pipeline.Order)
            stages.Add(await StageAsync(definition, stage, context, cancellation));
        return stages.ToImmutable();
    }

    static async Task<PreviewedStage> StageAsync(DeploymentDefinition definition, Stage stage, DeploymentContext context, CancellationToken cancellation)
    {
        if (stage.Kind is null)
            return new PreviewedStage(stage, [], null);
        if (context.Skipped.Contains(stage.Name))
            return new PreviewedStage(stage, [], "left out");
        try
        {
            return new PreviewedStage(stage, await definition.PlannerOf(stage.Name).PlanAsync(context, cancellation), null);
        }
        catch (DeployException unknown)
        {
            // What an earlier stage makes is not there yet; that is no fault of a plan.
            return new PreviewedStage(stage, [], $"known when the stages before it have run: {unknown.Fact}");
        }
    }
}

/// <summary>One stage of a preview.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Steps">Its steps, as far as they can be known now.</param>
/// <param name="Note">Why there are none, or null.</param>
public sealed record PreviewedStage(Stage Stage, ImmutableArray<Step> Steps, string? Note);
