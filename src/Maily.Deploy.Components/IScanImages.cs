using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Scans the container images before they are pushed.</summary>
public interface IScanImages : IPrepare
{
    /// <summary>Scans the container images.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target ScanImages => _ => _
        .Description("Scans the images for known weaknesses and makes their bills of materials")
        .DependsOn(Prepare)
        .DependsOn<IBuildImages>(x => x.BuildImages)
        .OnlyWhenStatic(() => !SkipImages)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(ScanImages), signals));
}
