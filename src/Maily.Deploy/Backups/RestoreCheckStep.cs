using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Backups;

/// <summary>Restores the deployment's backup somewhere else and compares it, before anything relies on it. Changes nothing that lasts.</summary>
sealed class RestoreCheckStep(StepId made, StoredBackup backup, RestoreCheck check) : Step
{
    public override StepKind Kind => StepKind.Probing;

    // No backup, no check: nothing was at risk.
    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        Task.FromResult(!WasMade(context) ? Finding.AsWanted(StepOutputs.Of(("because", "no backup was made"))) : Finding.Absent);

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var result = await check.RunAsync(backup, cancellation);
        return StepOutputs.Of(("tables", $"{result.Tables}"), ("rows", $"{result.Rows}"), ("seconds", $"{result.Took.TotalSeconds:0.0}"));
    }

    public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Task.FromResult(Verification.Compare("restored and equal", outputs["tables"] is null && WasMade(context) ? "not restored" : "restored and equal"));

    bool WasMade(DeploymentContext context) => context.Outputs.GetValueOrDefault(made)?[BackupOutputs.Address] is not null;
}
