using System.Collections.Immutable;

namespace Maily.Deploy.Backups.Stores;

/// <summary>Backups in folders, best on a disk that other machines reach. One that is being made stands beside, as <c>.partial</c>.</summary>
public sealed class FolderBackupStore : IBackupStore
{
    const string Partial = ".partial";

    readonly Func<string, string> folderOf;
    readonly Func<IEnumerable<string>> list;

    FolderBackupStore(string location, Func<string, string> folderOf, Func<IEnumerable<string>> list) => (Location, this.folderOf, this.list) = (location, folderOf, list);

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>One sub-folder of <paramref name="root"/> for each backup.</summary>
    public static FolderBackupStore In(string root)
    {
        var folder = Path.GetFullPath(root);
        return new(folder, backup => Path.Combine(folder, backup), () => NamesIn(folder).Select(name => name.EndsWith(Partial, StringComparison.Ordinal) ? name[..^Partial.Length] : name));
    }

    /// <summary>The folder <c>backup</c> in the folder of each deployment.</summary>
    public static FolderBackupStore InDeployments(string root)
    {
        var folder = Path.GetFullPath(root);
        string Of(string backup) => Path.Combine(folder, backup, "backup");
        return new(folder, Of, () => NamesIn(folder).Where(name => Directory.Exists(Of(name)) || Directory.Exists(Of(name) + Partial)));
    }

    /// <summary>Just this folder, for the one backup in it, whatever its id.</summary>
    public static FolderBackupStore At(string path)
    {
        var folder = Path.GetFullPath(path);
        return new(folder, _ => folder, () => Directory.Exists(folder) ? [Path.GetFileName(folder)] : []);
    }

    /// <inheritdoc/>
    public string AddressOf(string backup) => folderOf(backup);

    /// <inheritdoc/>
    public async Task PutAsync(string backup, BackupFile file, string path, CancellationToken cancellation)
    {
        var target = Path.Combine(folderOf(backup) + Partial, file.Name);
        ScratchFolder.CreatePrivate(folderOf(backup) + Partial);
        ScratchFolder.CreatePrivate(Path.GetDirectoryName(target)!);
        await using (var source = File.OpenRead(path))
        await using (var stream = new FileStream(target, FileMode.Create, FileAccess.ReadWrite))
        {
            await source.CopyToAsync(stream, cancellation);
            stream.Flush(flushToDisk: true);
            stream.Position = 0;
            if (await StoredContent.OfAsync(file.Name, stream, cancellation) is var stored && (stored.Bytes, stored.Sha256) != (file.Bytes, file.Sha256))
                throw new BackupStoreException(Location, $"has something else in {file.Name} than was written there", null);
        }

        File.Delete(path);
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(string backup, string receipt, CancellationToken cancellation)
    {
        var (partial, folder) = (folderOf(backup) + Partial, folderOf(backup));
        ScratchFolder.CreatePrivate(partial);
        await File.WriteAllTextAsync(Path.Combine(partial, BackupReceipt.FileName), receipt, cancellation);
        Clear(folder);
        Directory.Move(partial, folder);
    }

    /// <inheritdoc/>
    public async Task<string?> FindReceiptAsync(string backup, CancellationToken cancellation)
    {
        var path = Path.Combine(folderOf(backup), BackupReceipt.FileName);
        return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellation) : null;
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string backup, string file, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream>(File.OpenRead(Path.Combine(folderOf(backup), file)));
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupDamagedException(folderOf(backup), $"{file} is missing");
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> FilesAsync(string backup, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<string>>([.. new[] { folderOf(backup), folderOf(backup) + Partial }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)))
            .Where(name => name != BackupReceipt.FileName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<string>>([.. list().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public Task DeleteAsync(string backup, CancellationToken cancellation)
    {
        try
        {
            File.Delete(Path.Combine(folderOf(backup), BackupReceipt.FileName));
        }
        catch (DirectoryNotFoundException)
        {
            // It was never complete.
        }

        Clear(folderOf(backup));
        Clear(folderOf(backup) + Partial);
        return Task.CompletedTask;
    }

    static IEnumerable<string> NamesIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!) : [];

    static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
