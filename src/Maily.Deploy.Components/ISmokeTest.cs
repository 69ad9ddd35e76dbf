using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Probes what is live.</summary>
public interface ISmokeTest : IPrepare
{
    /// <summary>Probes what is live.</summary>
    Target SmokeTest => _ => _
        .Description("Probes what is live, over HTTP and SQL, side by side")
        .DependsOn(Prepare)
        .TryAfter<IMigrate>(x => x.Migrate)
        .TryAfter<IDeployK8s>(x => x.DeployK8s)
        .TryAfter<IDeployAiServices>(x => x.DeployAiServices)
        .TryAfter<IDeployVercel>(x => x.DeployVercel)
        .OnlyWhenStatic(() => !SkipSmoke)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(SmokeTest), signals));
}
