using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Backups.Retention;

public sealed class BackupCatalogTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 6, 30, 12, 0, 0, TimeSpan.Zero);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-catalog-");
    readonly FakeTimeProvider time = new(Now);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    IBackupStore Store => FolderBackupStore.In(Path.Combine(folder.FullName, "backups"));

    BackupCatalog Catalog => new(new() { Store = Store, Retention = new() { Last = 1, Daily = 0, Weekly = 0 } }, "production", time);

    FileDeploymentStore Deployments => new(Path.Combine(folder.FullName, "deployments"), time);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Backups_are_listed_newest_first_with_their_expiry()
    {
        await AddAsync(2);
        await AddAsync(1);
        (await Catalog.ListAsync(Cancellation)).Select(backup => (backup.Id, backup.Expires)).ShouldBe([(Id(1), Now.AddDays(34)), (Id(2), Now.AddDays(33))]);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(40, true)]
    public async Task One_that_cannot_be_read_hides_no_other_and_is_deleted_once_it_has_expired(int daysAgo, bool isDeleted)
    {
        await AddAsync(2);
        await Store.CompleteAsync(Id(daysAgo), "{", Cancellation);
        (await Catalog.ListAsync(Cancellation)).Select(backup => (backup.Id, backup.Damage is null)).ShouldBe([(Id(daysAgo), false), (Id(2), true)], ignoreOrder: true);
        (await Catalog.ExpireAsync(Deployments, Cancellation)).Deleted.Select(backup => backup.Id).ShouldBe(isDeleted ? [Id(daysAgo)] : []);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_written_down()
    {
        foreach (var days in new[] { 1, 2, 40 })
            await AddAsync(days);
        var report = await Catalog.ExpireAsync(Deployments, Cancellation);
        report.Deleted.Select(backup => (backup.Id, backup.Reason)).ShouldBe([(Id(2), "newer ones have taken its place"), (Id(40), "it expired after 35 days")]);
        report.Kept.Select(backup => backup.Id).ShouldBe([Id(1)]);
        Directory.GetDirectories(Store.Location).ShouldHaveSingleItem();
        var path = await report.WriteAsync(folder.FullName, Cancellation);
        Path.GetFileName(path).ShouldBe("expired-20260630T120000Z.json");
        JsonNode.Parse(await File.ReadAllTextAsync(path, Cancellation))!["deleted"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_another_environment_keeps_in_the_same_place_is_left_alone()
    {
        await AddAsync(40, "staging");
        (await Catalog.ExpireAsync(Deployments, Cancellation)).Deleted.ShouldBeEmpty();
        (await Catalog.ListAsync(Cancellation)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_a_release_needs_for_its_way_back_is_kept()
    {
        await AddAsync(1);
        await AddAsync(3);
        await using var deployments = Deployments;
        await deployments.PrepareAsync(Cancellation);
        var (_, lease) = await deployments.TryAcquireAsync("production", new LeaseHolder(Id(3), "u", "h", 1), TimeSpan.FromMinutes(1), Cancellation);
        await deployments.AddReleaseAsync(lease, new() { Deployment = DeploymentId.Parse(Id(3)), Environment = "production", At = Now, Commit = new('a', 40) }, Cancellation);
        (await Catalog.ExpireAsync(deployments, Cancellation)).Kept.Select(backup => (backup.Id, backup.Reason)).ShouldContain((Id(3), "a deployment or a way back needs it"));
    }

    static string Id(int daysAgo) => $"{Now.AddDays(-daysAgo).UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-abcdef0-aaaa";

    Task AddAsync(int daysAgo, string environment = "production") => Store.CompleteAsync(Id(daysAgo), new BackupReceipt
    {
        Deployment = Id(daysAgo), Environment = environment, At = Now.AddDays(-daysAgo), Database = "d", Location = "l", Seconds = 1, ServerVersion = "15.1", WalPosition = "0/0",
        Schemas = [], LeftOut = [], LeftOutTables = [], Tables = [], Managed = [], Outside = [], Roles = [], Files = ImmutableArray<BackupFile>.Empty,
    }.ToJson(), Cancellation);
}
