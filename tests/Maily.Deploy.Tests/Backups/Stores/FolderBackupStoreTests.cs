using Maily.Deploy.Backups.Stores;

namespace Maily.Deploy.Tests.Backups.Stores;

public sealed class FolderBackupStoreTests : BackupStoreContract
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-store-");

    protected override ValueTask<IBackupStore> OpenAsync() => ValueTask.FromResult<IBackupStore>(FolderBackupStore.In(Path.Combine(folder.FullName, "not there yet")));

    protected override StoredBackup Find(string address) => StoredBackup.At(address);

    public override async ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_else_on_the_machine_may_enter_a_backup()
    {
        await PutAsync("one", "dump/toc.dat", 1);
        await Store.CompleteAsync("one", "a receipt", Cancellation);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Store.AddressOf("one")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

public sealed class DeploymentBackupStoreTests : BackupStoreContract
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-store-");

    protected override ValueTask<IBackupStore> OpenAsync()
    {
        folder.CreateSubdirectory("a deployment without a backup");
        return ValueTask.FromResult<IBackupStore>(FolderBackupStore.InDeployments(folder.FullName));
    }

    protected override StoredBackup Find(string address) => StoredBackup.At(address);

    public override async ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }
}
