using Maily.Deploy.Backups;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Components;

/// <summary>The exit codes of targets that run beside deployments: 3 refused before anything was touched, 2 a person must act, 1 failed.</summary>
public static class ExitCodes
{
    /// <summary>Runs the work; what it throws is kept free of secrets.</summary>
    public static async Task SetAsync(IHazDeployment build, string target, Func<Task> work)
    {
        try
        {
            await build.Session.GuardAsync(target, work);
        }
        catch (DeployException failed)
        {
            build.ExitCode = Of(failed);
            throw;
        }
    }

    // A restore is one transaction: one that failed has changed nothing, and nobody must act. Migrations only fail on scratch databases here.
    static int Of(DeployException failed) => failed switch
    {
        MigrationFailedException => 3,
        RestoreFailedException => 1,
        { Kind: FailureKind.Refused } => 3,
        { Kind: FailureKind.NeedsAttention } => 2,
        _ => 1,
    };
}
