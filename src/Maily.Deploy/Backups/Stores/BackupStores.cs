using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups.Stores;

/// <summary>Chooses the store that an environment's variables name.</summary>
public static class BackupStores
{
    /// <summary>The variable that names a folder for backups.</summary>
    public const string FolderVariable = "MAILY_BACKUP_FOLDER";

    /// <summary>The store of <c>MAILY_BACKUP_FOLDER</c>; null where it is not set.</summary>
    public static IBackupStore? Find(Variables variables) =>
        variables.Find(FolderVariable) is { } folder ? FolderBackupStore.In(folder) : null;

    /// <summary>The backup at an address that a step has journalled.</summary>
    public static StoredBackup At(string address, Variables variables) => StoredBackup.At(address);
}
