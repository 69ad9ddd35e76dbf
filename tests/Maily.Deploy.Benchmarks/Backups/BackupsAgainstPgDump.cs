using BenchmarkDotNet.Attributes;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Benchmarks.Backups;

/// <summary>A gigabyte, backed up and restored; the tools by hand as one would use them.</summary>
public abstract class BackupsAgainstTools
{
    private protected Database Server { get; private set; } = null!;

    private protected DatabaseSettings Source { get; private set; } = null!;

    private protected DirectoryInfo Place { get; } = Directory.CreateTempSubdirectory("maily-benchmark-backup-");

    private protected ProcessRunner Processes { get; } = new(TimeProvider.System);

    private protected PostgresTools Programs { get; private set; } = null!;

    private protected BackupOptions Sealed { get; } = new() { Keys = BackupKeys.From(new([new("MAILY_BACKUP_KEY", Convert.ToBase64String(new byte[32]), "benchmark")])), Jobs = 2 };

    private protected string Dump => Path.Combine(Place.FullName, "by-hand");

    private protected StoredBackup Backup => new(FolderBackupStore.At(Path.Combine(Place.FullName, "ours")), "20260101T000000Z-abcdef0-aaaa");

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await Server.DisposeAsync();
        Place.Delete(recursive: true);
    }

    private protected async Task StartAsync()
    {
        Server = await Database.StartAsync();
        Source = await Gigabyte.MakeAsync(Server);
        Programs = await PostgresTools.FindAsync(15, Processes, CancellationToken.None);
    }

    private protected async Task DumpAsync(params IEnumerable<string> flags)
    {
        if (Directory.Exists(Dump))
            Directory.Delete(Dump, recursive: true);
        await Processes.RunAsync(Programs.Against(Source, "pg_dump", ["--format=directory", "--jobs=2", $"--file={Dump}", .. flags]), null, CancellationToken.None);
    }

    private protected Task<BackupReceipt> MakeAsync(BackupOptions options) =>
        new DatabaseBackup(Source, Processes, TimeProvider.System) { Options = options }.MakeAsync(Backup, "benchmark", CancellationToken.None);
}

/// <summary>Backing up.</summary>
[Calls(3)]
[Needs(Tools.Postgres)]
public class BackingUp : BackupsAgainstTools
{
    [GlobalSetup]
    public Task PrepareAsync() => StartAsync();

    [Benchmark(Baseline = true, Description = "pg_dump -Fd -j 2, 1 GB")]
    public Task ByHand() => DumpAsync();

    [Benchmark(Description = "Backup with receipt, sealed, 1 GB")]
    public Task<BackupReceipt> Ours() => MakeAsync(Sealed);
}

/// <summary>What receipt and seal add to the dump itself, packed as ours is.</summary>
[Calls(3)]
[Needs(Tools.Postgres)]
public class ReceiptAndSeal : BackupsAgainstTools
{
    [GlobalSetup]
    public Task PrepareAsync() => StartAsync();

    [Benchmark(Baseline = true, Description = "pg_dump -Fd -j 2 --compress=2, 1 GB")]
    public Task ByHand() => DumpAsync($"--compress={Sealed.Compression}");

    [Benchmark(Description = "Backup with receipt, 1 GB")]
    public Task<BackupReceipt> WithReceipt() => MakeAsync(Sealed with { Keys = null });

    [Benchmark(Description = "Backup with receipt, sealed, 1 GB")]
    public Task<BackupReceipt> WithReceiptAndSeal() => MakeAsync(Sealed);
}

/// <summary>Restoring into an empty database; ours checks every file and opens the seal besides, and a restore check compares every table.</summary>
[Calls(3)]
[Needs(Tools.Postgres)]
public class Restoring : BackupsAgainstTools
{
    DatabaseSettings empty = null!;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        await StartAsync();
        await DumpAsync();
        await MakeAsync(Sealed);
    }

    [IterationSetup]
    public void Empty() => empty = Database.SettingsOf(Server.RecreateAsync("empty").GetAwaiter().GetResult());

    [Benchmark(Baseline = true, Description = "pg_restore -j 2, 1 GB")]
    public Task ByHand() => Processes.RunAsync(Programs.Against(empty, "pg_restore", "--jobs=2", Dump), null, CancellationToken.None);

    [Benchmark(Description = "Restore into an empty database, 1 GB")]
    public async Task<RestoredBackup> Ours() =>
        await new RestoreElsewhere(Processes) { Options = Sealed }.RunAsync(Backup, await RestoreTarget.ReadAsync(empty, own: null, "benchmark", CancellationToken.None), CancellationToken.None);

    [Benchmark(Description = "restore check, 1 GB")]
    public Task<RestoreCheckResult> Check() =>
        new RestoreCheck(Source, new ScratchServer(Server.Superuser), Processes, TimeProvider.System) { Options = Sealed }.RunAsync(Backup, CancellationToken.None);
}
