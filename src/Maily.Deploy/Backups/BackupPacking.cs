using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;

namespace Maily.Deploy.Backups;

/// <summary>Seals the files of a dump where there is a key, and brings them to the store, some at once.</summary>
sealed class BackupPacking(StoredBackup backup, BackupOptions options)
{
    /// <summary>The receipt once more, sealed, so that a changed one is found.</summary>
    public const string SealedReceipt = "receipt.sealed";

    const string Sealed = ".sealed";

    /// <summary>Stores all files below <paramref name="folder"/>, and takes each away there.</summary>
    public async Task<ImmutableArray<BackupFile>> StoreAsync(string folder, CancellationToken cancellation)
    {
        var stored = new ConcurrentBag<BackupFile>();
        // The biggest first: nobody waits for one at the end.
        var paths = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(file => file.Length).Select(file => file.FullName).ToList();
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = cancellation }, async (path, token) =>
        {
            var file = await PrepareAsync(Path.GetRelativePath(folder, path), path, token);
            await backup.Store.PutAsync(backup.Id, file, file.Plain is null ? path : path + Sealed, token);
            stored.Add(file);
        });
        return [.. stored.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>Stores the receipt, with which the backup is there.</summary>
    public async Task CompleteAsync(BackupReceipt receipt, string folder, CancellationToken cancellation)
    {
        var text = receipt.ToJson();
        if (options.Keys is not null)
        {
            var path = Path.Combine(folder, SealedReceipt);
            await File.WriteAllTextAsync(path, text, cancellation);
            await backup.Store.PutAsync(backup.Id, await PrepareAsync(SealedReceipt, path, cancellation), path + Sealed, cancellation);
        }

        await backup.Store.CompleteAsync(backup.Id, text, cancellation);
    }

    async Task<BackupFile> PrepareAsync(string name, string path, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(path);
        if (options.Keys is not { } keys)
            return await StoredContent.OfAsync(name, source, cancellation);
        using var mac = Macs.Of(keys.Current, backup.Id);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var plain = new MeasuringStream(source, mac);
        await using var target = new FileStream(path + Sealed, FileMode.Create, FileAccess.Write);
        var stored = new MeasuringStream(target, hash);
        await FileSeal.SealAsync(keys.Current, backup.Id, name, source.Length, plain, stored, cancellation);
        // Plain and sealed together need no more room than one file twice.
        File.Delete(path);
        return new(name, stored.Bytes, stored.Hash()) { Plain = new(plain.Bytes, plain.Hash()) };
    }
}

static class Macs
{
    /// <summary>For what sealed files hold.</summary>
    public static IncrementalHash Of(BackupKey key, string backup) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Derive("content", backup));
}
