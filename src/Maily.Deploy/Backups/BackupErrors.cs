using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>The disk is full; no half backup is left.</summary>
public sealed class BackupSpaceException(string folder, string? evidence, Exception? cause = null)
    : DeployException($"There is no space left for the backup in {folder}.", "Free space there, or name another place with MAILY_BACKUP_FOLDER or MAILY_SCRATCH_FOLDER.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>Something that the backup needs may not be read or written; no half backup is left.</summary>
public sealed class BackupPermissionException(string what, string? evidence, Exception? cause = null)
    : DeployException($"The backup is not permitted: {what}.", "Grant the role the right to read it, or make the folder writable.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The connection to the database was cut; no half backup is left.</summary>
public sealed class BackupConnectionException(string? evidence, Exception? cause = null)
    : DeployException("The connection to the database was cut during the backup.", "Nothing was changed: try again, and see the server's log if it happens again.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The dump failed for another reason; no half backup is left.</summary>
public sealed class BackupFailedException(string? evidence, Exception? cause = null)
    : DeployException("The backup failed; nothing was changed.", "See what pg_dump says above.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A backup is not what its receipt says.</summary>
public sealed class BackupDamagedException(string folder, string reason)
    : DeployException($"The backup in {folder} is damaged: {reason}.", "Do not restore it; make a new one.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A restore failed; it is one transaction, so nothing is changed.</summary>
public sealed class RestoreFailedException(string? evidence, Exception? cause = null)
    : DeployException("The restore failed and changed nothing.", "See what psql says above.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}

/// <summary>A restore failed, and what it had made could not be taken away again.</summary>
public sealed class RestoreLeftException(DatabaseSettings database, string? evidence, Exception? cause = null)
    : DeployException($"The restore failed, and {database} still holds some of what it had made.", $"Make the database anew; or restore once more with `--confirm {database.Name}`, which empties it first.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}

static class BackupErrors
{
    public static DeployException Of(Exception failed, string place) => failed switch
    {
        DeployException and not CommandFailedException => (DeployException)failed,
        _ when SaysFull(failed) => new BackupSpaceException(place, Text(failed), failed),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => new BackupPermissionException("the role may not read all of the database", failed.Message, failed),
        _ when Says(failed, "permission denied for", "would be affected by row-level security") => new BackupPermissionException("the role may not read all of the database", Text(failed), failed),
        UnauthorizedAccessException => new BackupPermissionException($"{place} cannot be written", Text(failed), failed),
        _ when Says(failed, "Permission denied") => new BackupPermissionException($"{place} cannot be written", Text(failed), failed),
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => new BackupConnectionException(failed.Message, failed),
        NpgsqlException and not PostgresException => new BackupConnectionException(failed.Message, failed),
        _ when Says(failed, "server closed the connection", "terminating connection", "could not receive data from server", "connection to server", "no connection to the server", "SSL SYSCALL error")
            => new BackupConnectionException(Text(failed), failed),
        // The first connection that ends takes the exported snapshot along: pg_dump then only says that there is none.
        _ when Says(failed, "invalid snapshot identifier") => new BackupConnectionException(Text(failed), failed),
        _ => new BackupFailedException(Text(failed), failed),
    };

    public static bool SaysFull(Exception failed) => Says(failed, "No space left on device", "Disk quota exceeded");

    static bool Says(Exception failed, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
            if (Text(failed)?.Contains(text, StringComparison.Ordinal) == true)
                return true;
        return false;
    }

    static string? Text(Exception failed) => failed is DeployException known ? known.Evidence : failed.Message;
}
