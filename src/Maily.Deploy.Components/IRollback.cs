using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Goes back to a former release, or undoes a deployment that is not finished.</summary>
public interface IRollback : IHazDeployment
{
    /// <summary>The deployment to go back to, or <c>nothing</c>.</summary>
    [Parameter("Deployment to go back to. Default is the last successful one before the current; 'nothing' takes the first release down too")]
    string? To => TryGetValue(() => To);

    /// <summary>Consent to losing the rows written since the backup.</summary>
    [Parameter("With Rollback: restores the database from the deployment's backup; rows written since are lost")]
    bool RestoreDatabase => TryGetValue<bool?>(() => RestoreDatabase) ?? false;

    /// <summary>Leaves everything alone that is finished, for jobs that clean up after another one.</summary>
    [Parameter("With Rollback: undoes a deployment that is not finished; does nothing where there is none")]
    bool UnfinishedOnly => TryGetValue<bool?>(() => UnfinishedOnly) ?? false;

    /// <summary>Undoes the deployments since then, newest first, each from its journal, and sets a hold.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Rollback => _ => _
        .Description("Goes back to the former release on every platform, or undoes an unfinished deployment; sets a hold")
        .ExecutesAsync(signals => new RollingBack(this).RunAsync(To, UnfinishedOnly, signals));
}
