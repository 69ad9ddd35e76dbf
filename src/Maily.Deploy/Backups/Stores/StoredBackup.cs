namespace Maily.Deploy.Backups.Stores;

/// <summary>One backup in a store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Id">The backup's id: the deployment that made it.</param>
public sealed record StoredBackup(IBackupStore Store, string Id)
{
    /// <summary>Where it lies, from which <see cref="At"/> finds it again.</summary>
    public string Address => Store.AddressOf(Id);

    /// <summary>The backup at an address that a step has journalled.</summary>
    public static StoredBackup At(string address) => new(FolderBackupStore.At(address), Path.GetFileName(address));

    /// <summary>Its receipt; null where there is none.</summary>
    /// <exception cref="BackupDamagedException">The receipt cannot be read.</exception>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    public async Task<BackupReceipt?> FindReceiptAsync(CancellationToken cancellation) =>
        await Store.FindReceiptAsync(Id, cancellation) is { } text ? BackupReceipt.Parse(text, Address) : null;
}
