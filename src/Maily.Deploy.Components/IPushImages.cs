using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Pushes the container images.</summary>
public interface IPushImages : IPrepare
{
    /// <summary>Pushes the container images.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target PushImages => _ => _
        .Description("Pushes the images and verifies the digests that the registry answers")
        .DependsOn(Prepare)
        .DependsOn<IBuildImages>(x => x.BuildImages)
        .TryDependsOn<IScanImages>(x => x.ScanImages)
        .OnlyWhenStatic(() => !SkipImages)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(PushImages), signals));
}
