using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Applies the pending migrations.</summary>
public interface IMigrate : IPrepare
{
    /// <summary>Applies the pending migrations.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Migrate => _ => _
        .Description("Applies the pending migrations, one transaction each")
        .DependsOn(Prepare)
        .DependsOn<IBackup>(x => x.Backup)
        .TryAfter<IPushImages>(x => x.PushImages)
        .TryAfter<IStageVercel>(x => x.StageVercel)
        .OnlyWhenStatic(() => !SkipDatabase)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(Migrate), signals));
}
