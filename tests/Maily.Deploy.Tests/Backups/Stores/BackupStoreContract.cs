using System.Security.Cryptography;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;

namespace Maily.Deploy.Tests.Backups.Stores;

/// <summary>What every store of backups promises.</summary>
public abstract class BackupStoreContract : IAsyncLifetime
{
    readonly DirectoryInfo local = Directory.CreateTempSubdirectory("maily-stores-");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IBackupStore Store { get; private set; } = null!;

    protected abstract ValueTask<IBackupStore> OpenAsync();

    /// <summary>The backup again, from what was journalled of it.</summary>
    protected abstract StoredBackup Find(string address);

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        local.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_backup_is_there_when_its_receipt_is()
    {
        await PutAsync("one", "dump/toc.dat", 100);
        (await Store.FindReceiptAsync("one", Cancellation)).ShouldBeNull();
        await Store.CompleteAsync("one", "a receipt", Cancellation);
        (await Store.FindReceiptAsync("one", Cancellation)).ShouldBe("a receipt");
        (await Store.FindReceiptAsync("other", Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData((16 * 1024 * 1024) - 1)]
    [InlineData(16 * 1024 * 1024)]
    [InlineData((33 * 1024 * 1024) + 5)]
    public async Task A_file_comes_back_as_it_was_put(int size)
    {
        var bytes = await PutAsync("one", "dump/1.dat.gz", size);
        await Store.CompleteAsync("one", "a receipt", Cancellation);
        await using var stream = await Find(Store.AddressOf("one")).Store.OpenAsync("one", "dump/1.dat.gz", Cancellation);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Cancellation)).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public async Task What_arrives_as_something_else_is_refused()
    {
        var path = Path.Combine(local.FullName, "other");
        await File.WriteAllTextAsync(path, "other", Cancellation);
        (await Should.ThrowAsync<BackupStoreException>(() => Store.PutAsync("one", new("dump/toc.dat", 5, new string('0', 64)), path, Cancellation)))
            .Fact.ShouldContain("has something else in dump/toc.dat");
    }

    [Fact]
    public async Task Files_are_listed_without_the_receipt_and_a_missing_one_is_said()
    {
        await PutAsync("one", "managed/toc.dat", 1);
        await PutAsync("one", "dump/toc.dat", 1);
        await Store.CompleteAsync("one", "a receipt", Cancellation);
        (await Store.FilesAsync("one", Cancellation)).ShouldBe(["dump/toc.dat", "managed/toc.dat"]);
        (await Store.FilesAsync("none", Cancellation)).ShouldBeEmpty();
        await Should.ThrowAsync<BackupDamagedException>(() => Store.OpenAsync("one", "dump/2.dat.gz", Cancellation));
    }

    [Fact]
    public async Task Backups_are_listed_whole_or_not_and_gone_when_they_are_deleted()
    {
        (await Store.ListAsync(Cancellation)).ShouldBeEmpty();
        foreach (var backup in new[] { "20260102T000000Z", "20260101T000000Z", "half" })
            await PutAsync(backup, "dump/toc.dat", 1);
        await Store.CompleteAsync("20260101T000000Z", "a receipt", Cancellation);
        await Store.CompleteAsync("20260102T000000Z", "a receipt", Cancellation);
        (await Store.ListAsync(Cancellation)).ShouldBe(["20260101T000000Z", "20260102T000000Z", "half"]);
        await Store.DeleteAsync("20260101T000000Z", Cancellation);
        await Store.DeleteAsync("half", Cancellation);
        await Store.DeleteAsync("never there", Cancellation);
        (await Store.ListAsync(Cancellation)).ShouldBe(["20260102T000000Z"]);
        (await Store.FilesAsync("20260101T000000Z", Cancellation)).ShouldBeEmpty();
        (await Store.FindReceiptAsync("20260101T000000Z", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_backup_whose_name_begins_another_ones_is_deleted_alone()
    {
        foreach (var backup in new[] { "a", "ab" })
        {
            await PutAsync(backup, "dump/toc.dat", 1);
            await Store.CompleteAsync(backup, "a receipt", Cancellation);
        }

        await Store.DeleteAsync("a", Cancellation);
        (await Store.ListAsync(Cancellation)).ShouldBe(["ab"]);
    }

    protected async Task<byte[]> PutAsync(string backup, string name, int size)
    {
        var (bytes, path) = (RandomNumberGenerator.GetBytes(size), Path.Combine(local.FullName, Guid.NewGuid().ToString("n")));
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        await Store.PutAsync(backup, new(name, size, Convert.ToHexStringLower(SHA256.HashData(bytes))), path, Cancellation);
        return bytes;
    }
}
