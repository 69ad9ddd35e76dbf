using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Stores;

public sealed class FileDeploymentStoreTests : DeploymentStoreContract
{
    static readonly DeploymentId Id = DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa");

    readonly FakeTimeProvider time = new();
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-store-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_torn_last_line_is_an_error_for_readers_and_for_writers()
    {
        await using var store = await OpenAsync();
        var lease = (await store.TryAcquireAsync("production", Holder(1), TimeSpan.FromMinutes(1), Cancellation)).Lease;
        var record = new JournalRecord { Sequence = 1, At = time.GetUtcNow(), FencingNumber = 1, Event = JournalEvent.Applying };
        await store.AppendAsync(lease, Id, record, Cancellation);
        var file = Path.Combine(folder.FullName, "production", $"{Id}.jsonl");
        var whole = await File.ReadAllTextAsync(file, Cancellation);
        await File.WriteAllTextAsync(file, whole + whole[..20], Cancellation);

        var read = await Should.ThrowAsync<BrokenJournalException>(async () => await store.ReadAsync("production", Id, Cancellation).ToListAsync(Cancellation));
        var write = await Should.ThrowAsync<BrokenJournalException>(store.AppendAsync(lease, Id, record with { Sequence = 2 }, Cancellation));

        read.Message.ShouldContain("(2) is torn");
        write.Message.ShouldContain("torn");
    }

    [Fact]
    public async Task A_line_that_only_lacks_its_end_is_torn_too()
    {
        await using var store = await OpenAsync();
        var lease = (await store.TryAcquireAsync("production", Holder(1), TimeSpan.FromMinutes(1), Cancellation)).Lease;
        await store.AppendAsync(lease, Id, new JournalRecord { Sequence = 1, At = time.GetUtcNow(), FencingNumber = 1, Event = JournalEvent.Applying }, Cancellation);
        var file = Path.Combine(folder.FullName, "production", $"{Id}.jsonl");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancellation)).TrimEnd('\n'), Cancellation);

        await Should.ThrowAsync<BrokenJournalException>(async () => await store.ReadAsync("production", Id, Cancellation).ToListAsync(Cancellation));
    }

    protected override Task<IDeploymentStore> OpenAsync() => Task.FromResult<IDeploymentStore>(new FileDeploymentStore(folder.FullName, time));

    protected override Task ExpireAsync(string environment, TimeSpan passed)
    {
        time.Advance(passed);
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
