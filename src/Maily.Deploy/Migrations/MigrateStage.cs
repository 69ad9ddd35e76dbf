using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Migrations;

/// <summary>Applies what is pending of <c>supabase/migrations</c>, one step a file, one after another.</summary>
public sealed class MigrateStage(DatabaseSettings settings, MigrationOptions options) : IStagePlanner
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
        var files = await ToApplyAsync(context, cancellation);
        if (files.IsEmpty)
            context.Log.LogInformation("No migration is pending: nothing to do");
        var steps = ImmutableArray.CreateBuilder<Step>(files.Length);
        foreach (var file in files)
            steps.Add(new MigrationStep(settings, options, file)
            {
                Id = new(Name, file.Title),
                Title = $"apply {file.Title} ({file.Statements.Length} statements)",
                After = steps.Count == 0 ? [] : [steps[^1].Id],
            });
        return steps.ToImmutable();
    }

    // Those that this deployment has applied already are steps too: a resumed run finds them done, and knows their way back.
    async Task<ImmutableArray<MigrationFile>> ToApplyAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var local = await MigrationFolder.ReadAsync(options.Folder, cancellation);
        foreach (var warning in local.Warnings)
            context.Log.LogWarning("{Warning}", warning);
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        var remote = await MigrationHistory.ReadAsync(connection, cancellation);
        var marks = await MigrationMark.ReadAsync(connection, cancellation);
        var own = remote.Where(version => marks.TryGetValue(version, out var mark) && mark.Deployment == context.Id.Value).ToImmutableHashSet(StringComparer.Ordinal);
        var pending = PendingMigrations.Decide(local.Files, remote, options.IncludeAll).Select(file => file.Version).ToImmutableHashSet(StringComparer.Ordinal);
        return [.. local.Files.Where(file => own.Contains(file.Version) || pending.Contains(file.Version))];
    }
}
