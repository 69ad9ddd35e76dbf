using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Maily.Deploy.Postgres.Replicas;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Migrations;

/// <summary>VerifySchema: compares the live catalog with the one that the migrations make of an empty database. Changes nothing.</summary>
/// <param name="settings">The database.</param>
/// <param name="options">Its migrations.</param>
/// <param name="replay">Runs them on a scratch database; null where there is no server for it and somebody has accepted that.</param>
/// <param name="acceptsDrift">Whether only what this deployment's migrations change is compared.</param>
public sealed class VerifySchemaStage(DatabaseSettings settings, MigrationOptions options, SchemaReplay? replay, bool acceptsDrift) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "VerifySchema";

    /// <summary>Replicas that must have the migrations before anything that reads from them is released.</summary>
    public ImmutableArray<Replica> Replicas { get; init; } = [];

    /// <summary>How long they may take.</summary>
    public ReplicaOptions ReplicaOptions { get; init; } = new();

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var situation = await MigrationSituation.ReadAsync(settings, options, context.Id.Value, cancellation);
        if (context.Skipped.Contains(MigrateStage.Name) ? situation.Own.IsEmpty : situation.Ours.IsEmpty)
            return [];
        if (replay is null)
            context.Log.LogWarning("The schema is not compared with its migrations: no scratch server is named");
        return
        [
            .. replay is null ? (IEnumerable<Step>)[] : [new VerifySchemaStep(settings, options, replay, acceptsDrift) { Id = new(Name, "catalog"), Title = $"compare the schema of {settings.Name} with its migrations" }],
            .. Replicas.Select(replica => new ReplicaStep(settings, replica, ReplicaOptions) { Id = new(Name, replica.Name), Title = $"wait until {replica.Name} has the migrations" }),
        ];
    }
}

sealed class VerifySchemaStep(DatabaseSettings settings, MigrationOptions options, SchemaReplay replay, bool acceptsDrift) : Step
{
    const int Shown = 10;
    const string NotCompared = "not compared";

    public override StepKind Kind => StepKind.Probing;

    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult(Finding.Absent);

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        try
        {
            return StepOutputs.Of(("differences", $"{(await FindAsync(context.Deployment.Id, cancellation)).Length}"));
        }
        catch (ReplayFailedException failed) when (acceptsDrift)
        {
            context.Deployment.Log.LogWarning("The schema is not compared with its migrations, as was accepted: {Reason}", failed.Fact);
            return StepOutputs.Of(("differences", NotCompared));
        }
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        if (acceptsDrift && outputs["differences"] == NotCompared)
            return Verification.Compare(NotCompared, NotCompared);
        var differences = await FindAsync(context.Id, cancellation);
        return Verification.Compare("the schema that the migrations make", differences.IsEmpty ? "the schema that the migrations make"
            : $"{differences.Length} differences: {string.Join("; ", differences.Take(Shown))}");
    }

    async Task<ImmutableArray<CatalogDifference>> FindAsync(DeploymentId deployment, CancellationToken cancellation)
    {
        var situation = await MigrationSituation.ReadAsync(settings, options, deployment.Value, cancellation);
        return await new SchemaDrift(settings, replay).VerifyAsync(situation.Applied, situation.Own, acceptsDrift, cancellation);
    }
}
