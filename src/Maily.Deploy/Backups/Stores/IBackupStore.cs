using System.Collections.Immutable;

namespace Maily.Deploy.Backups.Stores;

/// <summary>
/// A place for backups. A backup is there when its receipt is, which comes last and goes first: what was cut off in the
/// middle is none. One contract suite holds all stores to the same behaviour.
/// </summary>
public interface IBackupStore
{
    /// <summary>Where it is, for people and receipts: a folder, or bucket and region. No secret.</summary>
    string Location { get; }

    /// <summary>The address of one backup, from which <see cref="StoredBackup.At"/> finds it again.</summary>
    string AddressOf(string backup);

    /// <summary>Brings one file of a backup that is not complete into the store, and makes sure that it arrived as it is. The file may be moved away.</summary>
    /// <param name="backup">The backup's id.</param>
    /// <param name="file">Name, size and checksum as they must arrive.</param>
    /// <param name="path">The file on this machine.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="BackupStoreException">The store does not take it, or has something else afterwards.</exception>
    Task PutAsync(string backup, BackupFile file, string path, CancellationToken cancellation);

    /// <summary>Writes the receipt, with which the backup is there.</summary>
    /// <exception cref="BackupStoreException">The store does not take it.</exception>
    Task CompleteAsync(string backup, string receipt, CancellationToken cancellation);

    /// <summary>The receipt; null where there is no such backup, or none that is complete.</summary>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    Task<string?> FindReceiptAsync(string backup, CancellationToken cancellation);

    /// <summary>Opens a file; the caller disposes the stream.</summary>
    /// <exception cref="BackupDamagedException">The file is not there.</exception>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    Task<Stream> OpenAsync(string backup, string file, CancellationToken cancellation);

    /// <summary>The names of all files of a backup but the receipt, complete or not, in order.</summary>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    Task<ImmutableArray<string>> FilesAsync(string backup, CancellationToken cancellation);

    /// <summary>The ids of all backups, in order; also of those that are not complete.</summary>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation);

    /// <summary>Deletes a backup, the receipt first, or what there is of one that is not complete. There may be none.</summary>
    /// <exception cref="BackupStoreException">The store does not do it.</exception>
    Task DeleteAsync(string backup, CancellationToken cancellation);
}

/// <summary>A store of backups does not do what it is asked for.</summary>
public sealed class BackupStoreException(string location, string what, string? evidence, Exception? cause = null)
    : DeployException($"The backup store {location} {what}.", "See that it can be reached and that the keys may read, write and delete there.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
