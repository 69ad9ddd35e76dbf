using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Tests.Backups.Stores;

namespace Maily.Deploy.Rehearsals.Backups;

/// <summary>The same promises, kept by S3's own client against a server of another hand.</summary>
public sealed class S3BackupStoreTests : BackupStoreContract
{
    S3Server? server;

    protected override async ValueTask<IBackupStore> OpenAsync()
    {
        server = await S3Server.StartAsync(Cancellation);
        return new S3BackupStore(server.Place("maily/production/"));
    }

    protected override StoredBackup Find(string address)
    {
        address.ShouldStartWith("s3://backups/maily/production/");
        return new(new S3BackupStore(server!.Place("maily/production/")), address.Split('/')[^1]);
    }

    public override async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task What_lies_beside_the_prefix_is_left_alone()
    {
        var other = new S3BackupStore(server!.Place(""));
        await PutAsync("one", "dump/toc.dat", 1);
        await other.CompleteAsync("beside", "a receipt", Cancellation);
        (await Store.ListAsync(Cancellation)).ShouldBe(["one"]);
        await Store.DeleteAsync("beside", Cancellation);
        (await other.FindReceiptAsync("beside", Cancellation)).ShouldBe("a receipt");
    }

    [Fact]
    public async Task A_server_that_is_away_and_a_bucket_that_is_not_there_are_said_without_the_keys()
    {
        using var elsewhere = new S3BackupStore(server!.Place("") with { Bucket = "nowhere" });
        (await Should.ThrowAsync<BackupStoreException>(() => elsewhere.ListAsync(Cancellation))).Evidence.ShouldBe("NoSuchBucket");
        await Should.ThrowAsync<BackupStoreException>(() => elsewhere.FindReceiptAsync("one", Cancellation));
        await server.DisposeAsync();
        server = null;
        var away = await Should.ThrowAsync<BackupStoreException>(() => Store.ListAsync(Cancellation));
        away.Message.ShouldNotContain("S3RVER");
        away.Kind.ShouldBe(FailureKind.Refused);
    }
}
