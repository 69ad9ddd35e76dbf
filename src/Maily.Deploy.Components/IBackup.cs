using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Dumps the database.</summary>
public interface IBackup : IPrepare
{
    /// <summary>Dumps the database.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Backup => _ => _
        .Description("Dumps the database, with a receipt of sizes and checksums")
        .DependsOn(Prepare)
        .OnlyWhenStatic(() => !SkipDatabase)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(Backup), signals));
}
