using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Rolls out the services that talk to providers of models.</summary>
public interface IDeployAiServices : IPrepare
{
    /// <summary>Rolls out the services that talk to providers of models.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target DeployAiServices => _ => _
        .Description("Rolls out the AI services with their routing and keys, once the base runs")
        .DependsOn(Prepare)
        .TryAfter<IPushImages>(x => x.PushImages)
        .TryAfter<IMigrate>(x => x.Migrate)
        .TryAfter<IVerifySchema>(x => x.VerifySchema)
        .TryAfter<IStageVercel>(x => x.StageVercel)
        .TryAfter<IDeployK8s>(x => x.DeployK8s)
        .OnlyWhenStatic(() => !SkipKubernetes)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(DeployAiServices), signals));
}
