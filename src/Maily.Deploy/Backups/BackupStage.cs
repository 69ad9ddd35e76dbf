using System.Collections.Immutable;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Backups;

/// <summary>Names of what the backup's step answers.</summary>
public static class BackupOutputs
{
    /// <summary>The backup's address: a folder, or <c>s3://bucket/prefix/id</c>.</summary>
    public const string Address = "address";

    /// <summary>One checksum over all files.</summary>
    public const string Sha256 = "sha256";

    /// <summary>The size in bytes.</summary>
    public const string Bytes = "bytes";
}

/// <summary>Backs up the application's schemas before anything changes them: one additive step. It is unchanged in a run that would
/// migrate and has nothing to migrate, of the commit that is live already.</summary>
public sealed class BackupStage(DatabaseSettings settings, ProcessRunner processes) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "Backup";

    /// <summary>A durable place for backups; null: <c>backup</c> in the deployment's own folder.</summary>
    public IBackupStore? Store { get; init; }

    /// <summary>How they are made.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Restores it to see whether it can be; null where somebody has given that up.</summary>
    public RestoreCheck? Check { get; init; }

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<Step>>(
        [
            new BackupStep(settings, processes, BackupOf(context), Options) { Id = Made, Title = $"back up {settings.Name} on {settings.Host}" },
            .. Check is null ? [] : new Step[] { new RestoreCheckStep(Made, BackupOf(context), Check) { Id = new(Name, "restore"), Title = "restore the backup into a scratch database and compare it", After = [Made] } },
        ]);

    static readonly StepId Made = new(Name, "database");

    StoredBackup BackupOf(DeploymentContext context) => new(Store ?? FolderBackupStore.At(Path.Combine(context.Folder, "backup")), context.Id.Value);
}

sealed class BackupStep(DatabaseSettings settings, ProcessRunner processes, StoredBackup backup, BackupOptions options) : Step
{
    public override StepKind Kind => StepKind.Additive;

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var receipt = await backup.FindReceiptAsync(cancellation);
        if (receipt?.Deployment == context.Id.Value)
            return Finding.ByThis(Outputs(receipt));
        return await IsAtRiskAsync(context, cancellation) ? Finding.Absent
            : Finding.AsWanted(StepOutputs.Of(("because", $"no migration is pending and commit {context.Commit[..7]} is live already: nothing is at risk")));
    }

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        return Outputs(await new DatabaseBackup(settings, processes, deployment.Time) { Options = options, Log = deployment.Log }.MakeAsync(backup, deployment.Environment, cancellation));
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare(outputs[BackupOutputs.Sha256] ?? "", (await new BackupReader(processes) { Options = options }.CheckAsync(backup, cancellation)).Sha256);

    // A backup is for what comes after it in the same run: asked for alone, it is always made.
    static async Task<bool> IsAtRiskAsync(DeploymentContext context, CancellationToken cancellation)
    {
        if (context.Live?.Commit != context.Commit)
            return true;
        try
        {
            return await context.FindStepsAsync(MigrateStage.Name, cancellation) is not { IsEmpty: true };
        }
        catch (DeployException unknown)
        {
            context.Log.LogDebug("It is not known whether a migration is pending: {Reason}", unknown.Fact);
            return true;
        }
    }

    StepOutputs Outputs(BackupReceipt receipt) => StepOutputs.Of(
        (BackupOutputs.Address, backup.Address), (BackupOutputs.Sha256, receipt.Sha256), (BackupOutputs.Bytes, $"{receipt.Bytes}"),
        ("tables", $"{receipt.Tables.Length}"), ("rows", $"{receipt.Rows}"),
        ("location", receipt.Location), ("key", receipt.KeyId ?? "none"), ("serverVersion", receipt.ServerVersion));
}
