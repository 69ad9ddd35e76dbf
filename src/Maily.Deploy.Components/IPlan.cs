using Maily.Deploy.Deployments;
using Microsoft.Extensions.Logging;
using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Shows what a deployment would do.</summary>
public interface IPlan : IHazDeployment
{
    /// <summary>Prints the pipeline wave by wave with the steps that are known now; changes nothing.</summary>
    new Target Plan => _ => _
        .Description("Shows what a deployment would do, stage by stage; changes nothing")
        .ExecutesAsync(async cancellation =>
        {
            var (_, definition, _, _, _) = await Session.LoadAsync(this, cancellation);
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            var stages = await Preview.OfAsync(definition, store, await Session.RequestAsync(this, cancellation), cancellation);
            if (this is ILintMigrations linted && !SkipDatabase)
                await SayUnsafeAsync(linted, cancellation);
            foreach (var wave in definition.Pipeline.Waves())
                foreach (var stage in stages.Where(stage => wave.Contains(stage.Stage)))
                    Say(stage);
        });

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

    private static void Say(PreviewedStage stage)
    {
        Log.Information("{Stage,-12:l} {Summary:l}{Kind:l}", stage.Stage.Name, stage.Stage.Summary, stage.Stage.Kind is { } kind ? $" ({kind.ToString().ToLowerInvariant()})" : "");
        foreach (var step in stage.Steps)
            Log.Information("{Indent,-12:l}   {Step:l}: {Title:l}", "", step.Id.Name, step.Title);
        if (stage.Note is { } note)
            Log.Information("{Indent,-12:l}   {Note:l}", "", note);
        else if (stage.Stage.Kind is not null && stage.Steps.IsEmpty)
            Log.Information("{Indent,-12:l}   nothing to do", "");
    }
}
