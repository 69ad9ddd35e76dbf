using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Builds the frontend without giving it a domain.</summary>
public interface IStageVercel : IPrepare
{
    /// <summary>Builds the frontend without giving it a domain.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target StageVercel => _ => _
        .Description("Builds the frontend on Vercel as a production deployment without a domain")
        .DependsOn(Prepare)
        .OnlyWhenStatic(() => !SkipFrontend)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(StageVercel), signals));
}
