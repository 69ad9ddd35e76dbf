using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups.Stores;

/// <summary>Chooses the store that an environment's variables name.</summary>
public static class BackupStores
{
    /// <summary>The variable that names a folder for backups.</summary>
    public const string FolderVariable = "MAILY_BACKUP_FOLDER";

    const string S3 = "s3://";

    /// <summary>The store of <c>MAILY_BACKUP_URL</c>, else of <c>MAILY_BACKUP_FOLDER</c>; null where neither is set.</summary>
    /// <exception cref="MissingVariableException">It is in S3, and a key of AWS or the region is not set.</exception>
    /// <exception cref="MalformedVariableException">The address has no valid form.</exception>
    public static IBackupStore? Find(Variables variables) =>
        S3Place.From(variables) is { } place ? new S3BackupStore(place)
        : variables.Find(FolderVariable) is { } folder ? FolderBackupStore.In(folder)
        : null;

    /// <summary>The backup at an address that a step has journalled.</summary>
    /// <exception cref="MissingVariableException">It is in S3, and a key of AWS or the region is not set.</exception>
    public static StoredBackup At(string address, Variables variables) =>
        address.StartsWith(S3, StringComparison.Ordinal) && address.LastIndexOf('/') is var slash
            ? new(new S3BackupStore(S3Place.At(address[..slash], variables)), address[(slash + 1)..])
            : StoredBackup.At(address);
}
