using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Migrations.Seeds;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Migrations;

/// <summary>Applies what is pending of <c>supabase/migrations</c>, one step a file, one after another.</summary>
/// <param name="settings">The database.</param>
/// <param name="options">How they are applied.</param>
/// <param name="replay">Tries on a scratch database whether the live code works after each; null where there is no server for it.</param>
public sealed class MigrateStage(DatabaseSettings settings, MigrationOptions options, SchemaReplay? replay = null) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "Migrate";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [new MigrationCompensator(settings, options)];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var situation = await MigrationSituation.ReadAsync(settings, options, context.Id.Value, cancellation);
        foreach (var warning in situation.Warnings)
            context.Log.LogWarning("{Warning}", warning);
        // Those that this deployment has applied already are steps too: a resumed run finds them done, and knows their way back.
        var files = situation.Ours;
        var roles = options.IncludeRoles ? await RolesStep.PlanAsync(settings, options.Project, cancellation) : [];
        var seeds = options.IncludeSeed ? await SeedFile.ReadAsync(options.Project, cancellation) : [];
        if (files.IsEmpty && roles.IsEmpty && seeds.IsEmpty)
            context.Log.LogInformation("No migration is pending: nothing to do");
        var shared = new SharedMigrations(settings, situation, replay, new(context.Time), new(context.Time));
        var steps = ImmutableArray.CreateBuilder<Step>(roles.Length + files.Length + seeds.Length);
        steps.AddRange(roles);
        foreach (var file in files)
            steps.Add(new MigrationStep(options, shared, file)
            {
                Id = new(Name, file.Title),
                Title = $"apply {file.Title} ({file.Statements.Length} statements)",
                After = steps.Count == 0 ? [] : [steps[^1].Id],
            });
        foreach (var seed in seeds)
            steps.Add(new SeedStep(settings, seed) { Id = new(Name, seed.Path), Title = $"seed {seed.Path}", After = steps.Count == 0 ? [] : [steps[^1].Id] });
        return steps.ToImmutable();
    }
}
