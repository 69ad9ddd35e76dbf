using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups;

/// <summary>The disk is full; no half backup is left.</summary>
public sealed class BackupSpaceException(string folder, string? evidence, Exception? cause = null)
    : DeployException($"There is no space left for the backup in {folder}.", "Free space there, or name another place with BackupFolder.", evidence, cause);

/// <summary>Something that the backup needs may not be read or written; no half backup is left.</summary>
public sealed class BackupPermissionException(string what, string? evidence, Exception? cause = null)
    : DeployException($"The backup is not permitted: {what}.", "Grant the role the right to read it, or make the backup's folder writable.", evidence, cause);

/// <summary>The dump failed for another reason; no half backup is left.</summary>
public sealed class BackupFailedException(string? evidence, Exception? cause = null)
    : DeployException("The backup failed; nothing was changed.", "See what pg_dump says above.", evidence, cause);

/// <summary>A backup is not what its receipt says.</summary>
public sealed class BackupDamagedException(string folder, string reason)
    : DeployException($"The backup in {folder} is damaged: {reason}.", "Do not restore it; make a new one.");

/// <summary>A restore failed; it is one transaction, so nothing is changed.</summary>
public sealed class RestoreFailedException(string? evidence, Exception? cause = null)
    : DeployException("The restore failed and changed nothing.", "See what psql says above.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}

static class BackupErrors
{
    public static DeployException Of(Exception failed, string folder) => failed switch
    {
        DeployException and not CommandFailedException => (DeployException)failed,
        _ when Says(failed, "No space left on device", "Disk quota exceeded") => new BackupSpaceException(folder, Text(failed), failed),
        _ when Says(failed, "permission denied for") => new BackupPermissionException("the role may not read all of the database", Text(failed), failed),
        UnauthorizedAccessException => new BackupPermissionException($"{folder} cannot be written", Text(failed), failed),
        _ when Says(failed, "Permission denied") => new BackupPermissionException($"{folder} cannot be written", Text(failed), failed),
        _ => new BackupFailedException(Text(failed), failed),
    };

    static bool Says(Exception failed, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
            if (Text(failed)?.Contains(text, StringComparison.Ordinal) == true)
                return true;
        return false;
    }

    static string? Text(Exception failed) => failed is DeployException known ? known.Evidence : failed.Message;
}
