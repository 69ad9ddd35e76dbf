using Maily.Deploy.Backups.Stores;

namespace Maily.Deploy.Backups.Retention;

/// <summary>Where an environment's backups lie, how they are opened, and how long they are kept.</summary>
public sealed record BackupSetup
{
    /// <summary>Where they lie.</summary>
    public required IBackupStore Store { get; init; }

    /// <summary>How they are opened.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>How long they are kept.</summary>
    public RetentionPolicy Retention { get; init; } = new();
}
