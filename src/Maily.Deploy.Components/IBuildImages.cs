using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Builds the container images.</summary>
public interface IBuildImages : IPrepare
{
    /// <summary>Builds the container images.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target BuildImages => _ => _
        .Description("Builds the container images whose content the registry does not serve yet")
        .DependsOn(Prepare)
        .OnlyWhenStatic(() => !SkipImages)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(BuildImages), signals));
}
