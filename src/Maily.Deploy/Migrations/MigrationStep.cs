using Maily.Deploy.Backups;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>What undoing a migration needs.</summary>
/// <param name="Version">The migration.</param>
/// <param name="Name">Its name.</param>
/// <param name="Statements">How many statements it has.</param>
/// <param name="IsCompatible">Whether code written for the schema before works on the one after.</param>
/// <param name="Reason">Why it does, or what is in doubt.</param>
/// <param name="DownPath">Where the down script was; null where there is none.</param>
/// <param name="DownSql">The down script; null where there is none.</param>
/// <param name="Backup">This deployment's backup; null where none was made.</param>
public sealed record MigrationRestorePoint(
    string Version, string Name, int Statements, bool IsCompatible, string Reason, string? DownPath, string? DownSql, string? Backup)
{
    /// <summary>What the migration changes, as it was before; null where there is no way back, or it could not be tried.</summary>
    public FormerSchema? Former { get; init; }

    /// <summary>The index that its first statement builds outside of transactions; null where it begins otherwise.</summary>
    public ConcurrentIndex? FirstIndex { get; init; }
}

/// <summary>Applies one migration.</summary>
sealed class MigrationStep(MigrationOptions options, SharedMigrations shared, MigrationFile file) : Step
{
    public override StepKind Kind => StepKind.Conditional;

    public override string CompensatorType => MigrationCompensator.TypeName;

    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var replayed = await ReplayAsync(context, cancellation);
        var verdict = SchemaFit.Judge(file, replayed);
        var down = await DownScript.FindAsync(file, cancellation);
        var backup = context.OutputsOf(BackupStage.Name).Select(step => step.Outputs[BackupOutputs.Address]).OfType<string>().FirstOrDefault();
        return RestorePoint.Of(new MigrationRestorePoint(
            file.Version, file.Name, file.Statements.Length, verdict.IsCompatible, verdict.Reason, down?.Path, down?.Text, backup)
        {
            Former = down is not null && replayed?.Changes.GetValueOrDefault(file.Version) is { IsDefault: false } changes ? await shared.FormerAsync(changes, cancellation) : null,
            FirstIndex = ConcurrentIndex.BeginsIn(file, MigrationPlan.For(file)),
        });
    }

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var state = await shared.ReadAsync(file.Version, cancellation);
        return state switch
        {
            { IsInHistory: false } => Finding.Absent,
            { Mark: { } mark } when mark.Deployment == context.Id.Value => Finding.ByThis(Outputs),
            _ => Finding.AsWanted(Outputs),
        };
    }

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        await new MigrationRunner(new(shared.Settings, context.Permit), deployment.Environment, options, deployment.Time, deployment.Log) { Sessions = shared.Sessions }.ApplyAsync(file, cancellation);
        return Outputs;
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare($"{file.Version} in the history", (await shared.ReadAsync(file.Version, cancellation)).IsInHistory
            ? $"{file.Version} in the history" : $"{file.Version} not in the history");

    // The same question as Validate's, so that it is answered already. The verdict decides only whether the migration may stay: where
    // it cannot be had, the statements' form decides.
    async Task<ReplayedSchemas?> ReplayAsync(DeploymentContext context, CancellationToken cancellation)
    {
        if (shared.Replay is null)
            return null;
        try
        {
            return await shared.Replay.RunAsync(shared.Applied, shared.Ours, cancellation);
        }
        catch (DeployException unknown)
        {
            context.Log.LogWarning("Whether the live code works after {Migration} cannot be tried: {Reason}", file.Title, unknown.Fact);
            return null;
        }
    }

    StepOutputs Outputs => StepOutputs.Of(("version", file.Version), ("name", file.Name));
}

/// <summary>What the database says about one migration.</summary>
sealed record MigrationState(bool IsInHistory, MigrationMark? Mark)
{
    public static async Task<MigrationState> ReadAsync(DatabaseSettings settings, string version, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        return await ReadAsync(connection, version, cancellation);
    }

    public static async Task<MigrationState> ReadAsync(NpgsqlConnection connection, string version, CancellationToken cancellation) =>
        new(await MigrationHistory.HasAsync(connection, version, cancellation), await MigrationMark.FindAsync(connection, version, cancellation));
}
