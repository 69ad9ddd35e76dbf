using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging;
using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Shows what a deployment would do.</summary>
public interface IPlan : IHazDeployment
{
    /// <summary>Prints the pipeline wave by wave with the steps that are known now and what they change, and saves it; changes nothing.</summary>
    new Target Plan => _ => _
        .Description("Shows what a deployment would do, stage by stage; changes nothing")
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(Plan), async () =>
        {
            var (_, definition, _, log, id) = await Session.LoadAsync(this, cancellation);
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            var request = await Session.RequestAsync(this, cancellation);
            var stages = await Preview.OfAsync(definition, store, request, cancellation);
            if (this is ILintMigrations linted && !SkipDatabase)
                await SayUnsafeAsync(linted, cancellation);
            if (!SkipDatabase)
                await SayUnfitAsync(definition, log, cancellation);
            foreach (var wave in definition.Pipeline.Waves())
                foreach (var stage in stages.Where(stage => wave.Contains(stage.Stage)))
                    Say(stage);
            var file = RootDirectory / "artifacts" / "plans" / $"{id.Value}.json";
            await Preview.Save(request, stages).WriteAsync(file, cancellation);
            Log.Information("Saved; to do exactly this: ./build.sh DeployProduction --plan {File:l}", System.IO.Path.GetRelativePath(RootDirectory, file));
        }));

    private static async Task SayUnsafeAsync(ILintMigrations linted, CancellationToken cancellation)
    {
        var (variables, _, _, log, _) = await linted.Session.LoadAsync(linted, cancellation);
        try
        {
            SafetyText.Say(await linted.LintOf(variables).RunAsync(cancellation), log);
        }
        catch (DeployException unknown)
        {
            // A plan is for looking: what cannot be known now is said, and refused when it is deployed.
            log.LogWarning("Whether the pending migrations are safe is not known: {Reason}", unknown.Fact);
        }
    }

    // Safety is said with each finding above; what it is not known for is said once.
    private async Task SayUnfitAsync(DeploymentDefinition definition, Microsoft.Extensions.Logging.ILogger log, CancellationToken cancellation)
    {
        var checks = CheckSource.All(definition.Checks, [MigrateStage.Name]).Where(check => check.Area == MigrationChecks.Area && check.Name != "safety");
        foreach (var line in (await new CheckRunner(Session.Time).RunAsync(checks, [MigrateStage.Name], cancellation)).Lines)
            if (line.Result.Outcome is CheckOutcome.Failed or CheckOutcome.Warning)
                log.LogWarning("{Check}", line.ToString());
    }

    private static void SayStep(Step step, StepPreview? preview)
    {
        Log.Information("{Indent,-12:l}   {Step:l}: {Title:l}{Summary:l}", "", step.Id.Name, step.Title, preview is null ? "" : $": {preview.Summary}");
        foreach (var line in preview?.Lines ?? [])
            Log.Information("{Indent,-12:l}     {Line:l}", "", line);
    }

    private static void Say(PreviewedStage stage)
    {
        Log.Information("{Stage,-12:l} {Summary:l}{Kind:l}", stage.Stage.Name, stage.Stage.Summary, stage.Stage.Kind is { } kind ? $" ({kind.ToString().ToLowerInvariant()})" : "");
        foreach (var step in stage.Steps)
            SayStep(step, stage.Previews.GetValueOrDefault(step.Id));
        if (stage.Note is { } note)
            Log.Information("{Indent,-12:l}   {Note:l}", "", note);
        else if (stage.Stage.Kind is not null && stage.Steps.IsEmpty)
            Log.Information("{Indent,-12:l}   nothing to do", "");
    }
}
