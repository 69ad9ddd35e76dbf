using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups;

/// <summary>Checks backups, and opens them in a scratch folder.</summary>
public sealed class BackupReader(ProcessRunner processes)
{
    const string Contents = "toc.dat";

    /// <summary>Keys and scratch folder.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Checks that each file is as the receipt says, sealed end included, that none is missing or added, and that pg_restore reads the tables of contents.</summary>
    /// <exception cref="BackupDamagedException">Something does not agree.</exception>
    /// <exception cref="BackupKeyMissingException">It is sealed with a key that is not at hand.</exception>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    public async Task<BackupReceipt> CheckAsync(StoredBackup backup, CancellationToken cancellation)
    {
        using var opened = await ReadAsync(backup, name => Path.GetFileName(name) == Contents, cancellation);
        return opened.Receipt;
    }

    /// <summary>The same, and puts the plain dumps into a scratch folder; the caller disposes it.</summary>
    /// <exception cref="BackupDamagedException">Something does not agree.</exception>
    /// <exception cref="BackupKeyMissingException">It is sealed with a key that is not at hand.</exception>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    /// <exception cref="BackupSpaceException">The scratch folder has no room.</exception>
    public Task<OpenedBackup> OpenAsync(StoredBackup backup, CancellationToken cancellation) => ReadAsync(backup, _ => true, cancellation);

    async Task<OpenedBackup> ReadAsync(StoredBackup backup, Func<string, bool> isKept, CancellationToken cancellation)
    {
        var receipt = await backup.FindReceiptAsync(cancellation) ?? throw new BackupDamagedException(backup.Address, "it has no receipt");
        var key = receipt.KeyId is { } id ? Options.Keys?.Require(id) ?? throw new BackupKeyMissingException(id, null) : null;
        await RequireSameNamesAsync(backup, receipt, cancellation);
        if (key is not null)
            await RequireSealedReceiptAsync(backup, receipt, key, cancellation);
        var scratch = ScratchFolder.Create(Options.ScratchFolder, receipt.Files.Where(file => isKept(file.Name)).Sum(file => file.Bytes));
        try
        {
            foreach (var folder in receipt.Files.Select(file => Path.GetDirectoryName(file.Name)!).Distinct(StringComparer.Ordinal))
                scratch.Sub(folder);
            await Parallel.ForEachAsync(receipt.Files, new ParallelOptions { MaxDegreeOfParallelism = Options.Jobs, CancellationToken = cancellation }, async (file, token) =>
            {
                await using Stream target = isKept(file.Name) ? new FileStream(Path.Combine(scratch.Path, file.Name), FileMode.Create, FileAccess.Write) : Stream.Null;
                await ReadAsync(backup, receipt.Deployment, file, key, target, token);
            });
            await ListAsync(backup, receipt, scratch.Path, cancellation);
            return new(receipt, scratch);
        }
        catch (Exception failed)
        {
            scratch.Dispose();
            if (failed is IOException full && BackupErrors.SaysFull(full))
                throw new BackupSpaceException(scratch.Path, full.Message, full);
            throw;
        }
    }

    static async Task RequireSameNamesAsync(StoredBackup backup, BackupReceipt receipt, CancellationToken cancellation)
    {
        var (wanted, present) = (receipt.Files.Select(file => file.Name).ToImmutableHashSet(StringComparer.Ordinal), await backup.Store.FilesAsync(backup.Id, cancellation));
        present = present.Remove(BackupPacking.SealedReceipt);
        var wrong = wanted.Where(name => name.Split('/') is var parts && (parts.Length != 2 || parts.Any(part => part is "" or "." or ".."))).Select(name => $"{name} is no name of a file")
            .Concat(wanted.Except(present).Select(name => $"{name} is missing")).Concat(present.Where(name => !wanted.Contains(name)).Select(name => $"{name} is not in the receipt"));
        if (wrong.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } said)
            throw new BackupDamagedException(backup.Address, string.Join(", ", said));
    }

    // A restore runs statements that stand in the receipt: whoever could change it would have them run.
    static async Task RequireSealedReceiptAsync(StoredBackup backup, BackupReceipt receipt, BackupKey key, CancellationToken cancellation)
    {
        await using var source = await backup.Store.OpenAsync(backup.Id, BackupPacking.SealedReceipt, cancellation);
        using var plain = new MemoryStream();
        await FileSeal.OpenAsync(key, receipt.Deployment, BackupPacking.SealedReceipt, source, plain, cancellation);
        if (System.Text.Encoding.UTF8.GetString(plain.ToArray()) != await backup.Store.FindReceiptAsync(backup.Id, cancellation))
            throw new BackupDamagedException(backup.Address, "its receipt was changed after it was sealed");
    }

    static async Task ReadAsync(StoredBackup backup, string id, BackupFile file, BackupKey? key, Stream target, CancellationToken cancellation)
    {
        await using var source = await backup.Store.OpenAsync(backup.Id, file.Name, cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var stored = new MeasuringStream(source, hash);
        if (key is null)
        {
            await stored.CopyToAsync(target, cancellation);
        }
        else
        {
            using var mac = Macs.Of(key, id);
            var plain = new MeasuringStream(target, mac);
            await FileSeal.OpenAsync(key, id, file.Name, stored, plain, cancellation);
            if (file.Plain != new PlainContent(plain.Bytes, plain.Hash()))
                throw new BackupDamagedException(backup.Address, $"{file.Name} does not hold what the receipt says");
        }

        if ((file.Bytes, file.Sha256) != (stored.Bytes, stored.Hash()))
            throw new BackupDamagedException(backup.Address, $"{file.Name} is not as the receipt says: {stored.Bytes} bytes instead of {file.Bytes}, or another checksum");
    }

    async Task ListAsync(StoredBackup backup, BackupReceipt receipt, string folder, CancellationToken cancellation)
    {
        var tools = await PostgresTools.FindAsync(Version.Parse(receipt.ServerVersion).Major, processes, cancellation);
        foreach (var dump in receipt.Files.Where(file => Path.GetFileName(file.Name) == Contents).Select(file => Path.GetDirectoryName(file.Name)!))
        {
            try
            {
                await processes.RunAsync(CommandLine.Of(Path.Combine(tools.Folder, "pg_restore"), "--list", Path.Combine(folder, dump)), null, cancellation);
            }
            catch (CommandFailedException unreadable)
            {
                throw new BackupDamagedException(backup.Address, $"pg_restore cannot read {dump}: {unreadable.Evidence}");
            }
        }
    }
}

/// <summary>A backup, checked and in plain; its files are gone with it.</summary>
public sealed class OpenedBackup : IDisposable
{
    readonly ScratchFolder scratch;

    internal OpenedBackup(BackupReceipt receipt, ScratchFolder scratch) => (Receipt, this.scratch) = (receipt, scratch);

    /// <summary>What it holds.</summary>
    public BackupReceipt Receipt { get; }

    /// <summary>The dump of the application's schemas, for <c>pg_restore</c>.</summary>
    public string Dump => Path.Combine(scratch.Path, DatabaseBackup.DumpFolder);

    /// <summary>The dump of rows of Supabase's schemas; null where the database had none.</summary>
    public string? Managed => Receipt.Managed.IsEmpty ? null : Path.Combine(scratch.Path, DatabaseBackup.ManagedFolder);

    /// <summary>A further private folder beside them.</summary>
    public string Sub(string name) => scratch.Sub(name);

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();
}
