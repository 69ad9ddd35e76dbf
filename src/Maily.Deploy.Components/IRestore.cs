using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Restores a backup into a database that a person names.</summary>
public interface IRestore : IHazDeployment
{
    /// <summary>The backup.</summary>
    [Parameter("With Restore: the backup's id, as Backups lists it", Name = "Backup")]
    string? BackupId => TryGetValue(() => BackupId);

    /// <summary>The database. The process list shows arguments: a password is safer in the variable INTO.</summary>
    [Parameter("With Restore: the database to restore into, as a connection address; best in the variable INTO")]
    string? Into => TryGetValue(() => Into);

    /// <summary>Restores a backup into a database that is empty, or whose name is given as consent with <c>--confirm</c>.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Restore => _ => _
        .Description("Restores a backup into a database that is empty or named by --confirm; needs --backup and --into")
        .Requires(() => BackupId)
        .Requires(() => Into)
        .ExecutesAsync(cancellation => new RestoringBackup(this).RunAsync(BackupId!, Into!, cancellation));
}
