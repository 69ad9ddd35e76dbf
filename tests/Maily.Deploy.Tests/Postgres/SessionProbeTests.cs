using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Tests.Postgres;

public sealed class SessionProbeTests(TransactionPooler pooler) : IClassFixture<TransactionPooler>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pooler_in_transaction_mode_is_found_whatever_its_port()
    {
        TransactionPooler.Require();
        pooler.Pooled.IsTransactionPooler.ShouldBeFalse();
        (await SessionProbe.IsSessionAsync(pooler.Pooled, Cancellation)).ShouldBeFalse();
        (await SessionProbe.IsSessionAsync(pooler.Direct, Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task No_backup_is_made_through_one()
    {
        TransactionPooler.Require();
        var folder = Directory.CreateTempSubdirectory("maily-pooled-");
        var backup = new DatabaseBackup(pooler.Pooled, new(TimeProvider.System), TimeProvider.System);
        var error = await Should.ThrowAsync<TransactionPoolerException>(() => backup.MakeAsync(new(FolderBackupStore.In(folder.FullName), "d"), "test", Cancellation));
        error.Kind.ShouldBe(FailureKind.Refused);
        folder.EnumerateFileSystemInfos().ShouldBeEmpty();
        folder.Delete();
    }
}
