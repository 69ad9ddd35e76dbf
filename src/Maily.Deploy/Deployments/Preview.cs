using System.Collections.Immutable;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Kubernetes.Policies;

namespace Maily.Deploy.Deployments;

/// <summary>What a run would do, without doing it: each stage with its steps as far as they can be known now.</summary>
public static class Preview
{
    /// <summary>Plans every stage that has steps. Only far sides are read.</summary>
    public static async Task<ImmutableArray<PreviewedStage>> OfAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, CancellationToken cancellation)
    {
        // A run that only plans plans all of them.
        ImmutableArray<string> own = [.. definition.Pipeline.Order.Select(stage => stage.Name).Where(request.Stages.Contains)];
        var context = await request.ContextAsync(request.Id, store, cancellation) with { IsForeseen = true, Stages = own };
        var stages = ImmutableArray.CreateBuilder<PreviewedStage>();
        foreach (var stage in definition.Pipeline.Order)
            stages.Add(await StageAsync(definition, stage, context, cancellation));
        return stages.ToImmutable();
    }

    /// <summary>What a plan file holds of the previewed stages.</summary>
    public static SavedPlan Save(DeploymentRequest request, IEnumerable<PreviewedStage> stages) => new SavedPlan
    {
        Environment = request.Environment, Commit = request.Commit, At = request.Time.GetUtcNow(),
        Stages =
        [
            .. stages.Where(stage => stage.Stage.Kind is not null).Select(stage => new PlannedStage(stage.Stage.Name, stage.Note,
                [.. stage.Steps.Select(step => new PlannedStep(step.Id.ToString(), step.Title, stage.Previews.GetValueOrDefault(step.Id)?.Changes))])),
        ],
    }.Sealed();

    static async Task<PreviewedStage> StageAsync(DeploymentDefinition definition, Stage stage, DeploymentContext context, CancellationToken cancellation)
    {
        if (stage.Kind is null)
            return new PreviewedStage(stage, [], null);
        if (context.Skipped.Contains(stage.Name))
            return new PreviewedStage(stage, [], "left out");
        try
        {
            return await StepsAsync(stage, await definition.PlannerOf(stage.Name).PlanAsync(context, cancellation), context, cancellation);
        }
        catch (PolicyViolatedException refused)
        {
            // No stage before it changes manifests: it would be refused.
            return new PreviewedStage(stage, [], $"refused: {refused.Fact}{Environment.NewLine}{refused.Evidence}");
        }
        catch (DeployException unknown)
        {
            // What an earlier stage makes is not there yet; that is no fault of a plan.
            return new PreviewedStage(stage, [], $"known when the stages before it have run: {unknown.Fact}");
        }
    }

    static async Task<PreviewedStage> StepsAsync(Stage stage, ImmutableArray<Step> steps, DeploymentContext context, CancellationToken cancellation)
    {
        var previews = ImmutableDictionary.CreateBuilder<StepId, StepPreview>();
        try
        {
            foreach (var step in steps)
                if (await step.PreviewAsync(context, cancellation) is { } preview)
                    previews[step.Id] = preview.Redacted(context.Redact);
            return new PreviewedStage(stage, steps, null) { Previews = previews.ToImmutable() };
        }
        catch (DeployException refused)
        {
            var evidence = refused.Evidence is null ? "" : $" {refused.Evidence}";
            return new PreviewedStage(stage, steps, $"{(refused.Kind == FailureKind.Refused ? "would be refused" : "cannot be looked at")}: {context.Redact(refused.Fact + evidence)}") { Previews = previews.ToImmutable() };
        }
    }
}

/// <summary>One stage of a preview.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Steps">Its steps, as far as they can be known now.</param>
/// <param name="Note">Why there are none, or null.</param>
public sealed record PreviewedStage(Stage Stage, ImmutableArray<Step> Steps, string? Note)
{
    /// <summary>What its steps would change, of those that can say so.</summary>
    public ImmutableDictionary<StepId, StepPreview> Previews { get; init; } = ImmutableDictionary<StepId, StepPreview>.Empty;
}
