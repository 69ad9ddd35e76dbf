using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Undoes a deployment that failed.</summary>
public interface ICompensate : IPrepare
{
    /// <summary>Undoes what was done, last first, and verifies it.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Compensate => _ => _
        .Description("After a failure: undoes what was done, last first, and verifies it")
        .TriggeredBy(Prepare)
        .TryAfter<IBuildImages>(x => x.BuildImages)
        .TryAfter<IScanImages>(x => x.ScanImages)
        .TryAfter<IPushImages>(x => x.PushImages)
        .TryAfter<IBackup>(x => x.Backup)
        .TryAfter<IStageVercel>(x => x.StageVercel)
        .TryAfter<IMigrate>(x => x.Migrate)
        .TryAfter<IVerifySchema>(x => x.VerifySchema)
        .TryAfter<IDeployK8s>(x => x.DeployK8s)
        .TryAfter<IDeployAiServices>(x => x.DeployAiServices)
        .TryAfter<IDeployVercel>(x => x.DeployVercel)
        .TryAfter<ISmokeTest>(x => x.SmokeTest)
        .AssuredAfterFailure()
        .OnlyWhenDynamic(() => Session.MustCompensate(this), "the deployment fails")
        .ExecutesAsync(cancellation => Session.Deployment!.CompensateAsync(cancellation));
}
