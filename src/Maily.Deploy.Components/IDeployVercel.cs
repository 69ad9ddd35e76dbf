using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Promotes the staged frontend.</summary>
public interface IDeployVercel : IPrepare
{
    /// <summary>Promotes the staged frontend.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target DeployVercel => _ => _
        .Description("Promotes the staged frontend to production")
        .DependsOn(Prepare)
        .TryAfter<IStageVercel>(x => x.StageVercel)
        .TryAfter<IMigrate>(x => x.Migrate)
        .TryAfter<IDeployK8s>(x => x.DeployK8s)
        .TryAfter<IDeployAiServices>(x => x.DeployAiServices)
        .OnlyWhenStatic(() => !SkipFrontend)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(DeployVercel), signals));
}
