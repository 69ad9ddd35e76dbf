using System.Collections.Immutable;
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
    /// <summary>The backup's folder.</summary>
    public const string Folder = "folder";

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

    /// <summary>A durable folder for backups, one sub-folder a deployment; null: <c>backup</c> in the deployment's own folder.</summary>
    public string? BackupFolder { get; init; }

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<Step>>([new BackupStep(settings, processes, FolderOf(context))
        {
            Id = new(Name, "database"),
            Title = $"back up {settings.Name} on {settings.Host}",
        }]);

    string FolderOf(DeploymentContext context) =>
        Path.GetFullPath(BackupFolder is null ? Path.Combine(context.Folder, "backup") : Path.Combine(BackupFolder, context.Id.Value));
}

sealed class BackupStep(DatabaseSettings settings, ProcessRunner processes, string folder) : Step
{
    public override StepKind Kind => StepKind.Additive;

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var receipt = await BackupReceipt.FindAsync(folder, cancellation);
        if (receipt?.Deployment == context.Id.Value)
            return Finding.ByThis(Outputs(receipt));
        return await IsAtRiskAsync(context, cancellation) ? Finding.Absent
            : Finding.AsWanted(StepOutputs.Of(("because", $"no migration is pending and commit {context.Commit[..7]} is live already: nothing is at risk")));
    }

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        return Outputs(await Backup(deployment).MakeAsync(folder, deployment.Id.Value, deployment.Environment, cancellation));
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare(outputs[BackupOutputs.Sha256] ?? "", (await Backup(context).CheckAsync(folder, cancellation)).Sha256);

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

    DatabaseBackup Backup(DeploymentContext context) => new(settings, processes, context.Time);

    StepOutputs Outputs(BackupReceipt receipt) => StepOutputs.Of(
        (BackupOutputs.Folder, folder), (BackupOutputs.Sha256, receipt.Sha256), (BackupOutputs.Bytes, $"{receipt.Bytes}"),
        ("tables", $"{receipt.Tables.Length}"), ("rows", $"{receipt.Tables.Sum(table => table.Rows)}"), ("serverVersion", receipt.ServerVersion));
}
