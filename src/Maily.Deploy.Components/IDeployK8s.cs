using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Applies the manifests to the clusters.</summary>
public interface IDeployK8s : IPrepare
{
    /// <summary>Applies the manifests to the clusters.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target DeployK8s => _ => _
        .Description("Applies the manifests with images by digest, region by region, and waits for the rollouts")
        .DependsOn(Prepare)
        .TryAfter<IPushImages>(x => x.PushImages)
        .TryAfter<IMigrate>(x => x.Migrate)
        .TryAfter<IVerifySchema>(x => x.VerifySchema)
        .TryAfter<IStageVercel>(x => x.StageVercel)
        .OnlyWhenStatic(() => !SkipKubernetes)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(DeployK8s), signals));
}
