using System.Diagnostics;
using System.Text.Json.Nodes;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Tests.Processes;

namespace Maily.Deploy.Tests.Backups;

/// <summary>What can happen to a backup, while it is made and afterwards. Each is found, said and refused.</summary>
public sealed class BackupFaultTests(PostgresServer server) : IDisposable
{
    static readonly BackupKeys Keys = BackupKeys.Parse(new(new string('a', 64)));
    static readonly BackupKeys OtherKeys = BackupKeys.Parse(new(new string('b', 64)));

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-faults-");
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    StoredBackup Stored => new(FolderBackupStore.In(Path.Combine(folder.FullName, "backups")), "d");

    string Scratch => Directory.CreateDirectory(Path.Combine(folder.FullName, "scratch")).FullName;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Nothing_of_a_sealed_backup_can_be_read_and_no_plain_text_is_left()
    {
        var database = await FilledAsync();
        var receipt = await MakeAsync(database);
        receipt.KeyId.ShouldBe(Keys.Current.Id);
        receipt.Seed.ShouldBeNull();
        receipt.Files.ShouldAllBe(file => file.Plain != null);
        foreach (var file in Directory.GetFiles(Stored.Address, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".json"))
            (await File.ReadAllBytesAsync(file, Cancellation)).AsSpan(0, 8).SequenceEqual("MAILYBAK"u8).ShouldBeTrue(file);
        Directory.EnumerateFileSystemEntries(Scratch).ShouldBeEmpty();
        (await CheckAsync()).Sha256.ShouldBe(receipt.Sha256);
    }

    [Fact]
    public async Task A_backup_says_the_same_of_the_same_rows_only_under_the_same_key_and_id()
    {
        var database = await FilledAsync();
        var first = (await MakeAsync(database)).Tables.Single().Checksum;
        (await MakeAsync(database)).Tables.Single().Checksum.ShouldBe(first);
        (await MakeAsync(database, OtherKeys)).Tables.Single().Checksum.ShouldNotBe(first);
    }

    [Theory]
    [InlineData("flipped", typeof(SealedFileAlteredException))]
    [InlineData("truncated", typeof(SealedFileTruncatedException))]
    [InlineData("appended", typeof(SealedFileAppendedException))]
    [InlineData("swapped", typeof(SealedFileSwappedException))]
    [InlineData("missing", typeof(BackupDamagedException))]
    [InlineData("added", typeof(BackupDamagedException))]
    [InlineData("receipt changed", typeof(BackupDamagedException))]
    [InlineData("name outside", typeof(BackupDamagedException))]
    public async Task A_sealed_backup_that_was_changed_is_refused(string damage, Type expected)
    {
        await MakeAsync(await FilledAsync());
        var (rows, contents, receipt) = (Directory.GetFiles(Path.Combine(Stored.Address, "dump"), "*.dat.gz").Single(), Path.Combine(Stored.Address, "dump", "toc.dat"), Path.Combine(Stored.Address, "receipt.json"));
        var bytes = await File.ReadAllBytesAsync(rows, Cancellation);
        switch (damage)
        {
            case "flipped":
                bytes[^5] ^= 1;
                await File.WriteAllBytesAsync(rows, bytes, Cancellation);
                break;
            case "truncated":
                await File.WriteAllBytesAsync(rows, bytes[..^20], Cancellation);
                break;
            case "appended":
                await File.AppendAllTextAsync(rows, "x", Cancellation);
                break;
            case "swapped":
                File.Copy(contents, rows, overwrite: true);
                break;
            case "missing":
                File.Delete(rows);
                break;
            case "added":
                File.Copy(rows, rows + ".copy");
                break;
            default:
                var json = JsonNode.Parse(await File.ReadAllTextAsync(receipt, Cancellation))!;
                json["outside"] = new JsonArray(new JsonObject { ["name"] = "x", ["sql"] = "drop table x" });
                if (damage == "name outside")
                    json["files"]![0]!["name"] = "../../outside";
                await File.WriteAllTextAsync(receipt, json.ToJsonString(), Cancellation);
                break;
        }

        var error = await Should.ThrowAsync<DeployException>(CheckAsync);
        error.ShouldBeOfType(expected);
        error.Kind.ShouldBe(FailureKind.Refused);
        Directory.EnumerateFileSystemEntries(Scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_key_is_said_and_an_older_one_still_opens()
    {
        await MakeAsync(await FilledAsync());
        (await Should.ThrowAsync<BackupKeyMissingException>(() => CheckAsync(OtherKeys))).Needed.ShouldBe(Keys.Current.Id);
        (await Should.ThrowAsync<BackupKeyMissingException>(() => new BackupReader(processes).CheckAsync(Stored, Cancellation))).Fact.ShouldContain("MAILY_BACKUP_KEY is not set");
        (await CheckAsync(BackupKeys.Parse(new($"{new string('b', 64)},{new string('a', 64)}")))).KeyId.ShouldBe(Keys.Current.Id);
    }

    [Fact]
    public async Task Where_a_backup_must_be_sealed_none_is_made_without_a_key()
    {
        var backup = new DatabaseBackup(await FilledAsync(), processes, TimeProvider.System) { Options = new() { MustBeSealed = true } };
        (await Should.ThrowAsync<BackupKeyRequiredException>(() => backup.MakeAsync(Stored, "production", Cancellation))).Remedy.ShouldContain("openssl rand -base64 32");
        (await Stored.Store.ListAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_that_is_killed_leaves_no_plain_text()
    {
        var database = await FilledAsync();
        using var child = await Child.StartAsync(nameof(DatabaseBackup), $"{database.Port} {database.Name} {Scratch}", Cancellation);
        var dump = Directory.GetFileSystemEntries(Scratch).ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(dump).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var kill = Process.Start("kill", ["-KILL", "--", $"-{child.Id}"]))
            await kill.WaitForExitAsync(Cancellation);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (Directory.Exists(dump))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, late.Token);
    }

    [Theory]
    [InlineData("scratch")]
    [InlineData("backups")]
    public async Task A_full_disk_is_said_and_leaves_nothing(string full)
    {
        Assert.SkipUnless(PostgresServer.AsRoot, "Mounting a small disk needs root.");
        var database = await FilledAsync(20_000);
        var disk = Directory.CreateDirectory(Path.Combine(folder.FullName, full)).FullName;
        await PostgresServer.RunAsync("mount", "-t", "tmpfs", "-o", "size=128k", "maily-test", disk);
        try
        {
            var error = await Should.ThrowAsync<BackupSpaceException>(() => MakeAsync(database));
            error.Kind.ShouldBe(FailureKind.Refused);
            Directory.EnumerateFileSystemEntries(disk).ShouldBeEmpty();
        }
        finally
        {
            await PostgresServer.RunAsync("umount", "--lazy", disk);
        }
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_said_and_leaves_nothing()
    {
        var database = await FilledAsync();
        await using var holder = await PostgresServer.OpenAsync(database);
        await using var transaction = await holder.BeginTransactionAsync(Cancellation);
        await using (var command = new Npgsql.NpgsqlCommand("lock table people in access exclusive mode", holder))
            await command.ExecuteNonQueryAsync(Cancellation);
        var making = MakeAsync(database);
        const string Waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while (await PostgresServer.ScalarAsync<long>(database, $"select count(*) {Waiting}") == 0)
            making.IsCompleted.ShouldBeFalse();
        await PostgresServer.ScalarAsync<long>(database, $"select count(pg_terminate_backend(pid)) {Waiting}");
        (await Should.ThrowAsync<BackupConnectionException>(() => making)).Kind.ShouldBe(FailureKind.Refused);
        (await Stored.Store.ListAsync(Cancellation)).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_fails_ends_the_backup_with_its_own_error()
    {
        var backup = new DatabaseBackup(await FilledAsync(), processes, TimeProvider.System) { Options = new() { ScratchFolder = Scratch } };
        await Should.ThrowAsync<BackupStoreException>(() => backup.MakeAsync(new(new StuckStore(() => throw new BackupStoreException("x", "is away", null)), "d"), "test", Cancellation));
        Directory.EnumerateFileSystemEntries(Scratch).ShouldBeEmpty();
    }

    async Task<DatabaseSettings> FilledAsync(int rows = 10)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"create table people (id int, name text); insert into people select n, md5(n::text) || 'someone@example.org' from generate_series(1, {rows}) n");
        return database;
    }

    Task<BackupReceipt> MakeAsync(DatabaseSettings database, BackupKeys? keys = null) =>
        new DatabaseBackup(database, processes, TimeProvider.System) { Options = new() { Keys = keys ?? Keys, ScratchFolder = Scratch } }.MakeAsync(Stored, "test", Cancellation);

    Task<BackupReceipt> CheckAsync() => CheckAsync(Keys);

    Task<BackupReceipt> CheckAsync(BackupKeys keys) => new BackupReader(processes) { Options = new() { Keys = keys, ScratchFolder = Scratch } }.CheckAsync(Stored, Cancellation);
}
