using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups;

/// <summary>Makes and checks backups of the application's schemas.</summary>
public sealed class DatabaseBackup(DatabaseSettings settings, ProcessRunner processes, TimeProvider time)
{
    /// <summary>The dump's folder within a backup.</summary>
    public const string DumpFolder = "dump";

    /// <summary>Dumps by so many connections at once.</summary>
    public int Jobs { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>The command that dumps the schemas into <paramref name="folder"/>.</summary>
    public static CommandLine DumpCommand(PostgresTools tools, DatabaseSettings settings, IEnumerable<string> schemas, string snapshot, int jobs, string folder) =>
        tools.Against(settings, "pg_dump",
            ["--format=directory", $"--jobs={jobs}", "--compress=6", $"--snapshot={snapshot}", "--lock-wait-timeout=10s", $"--file={folder}",
                // A pattern, of which nothing is special within double quotes.
                .. schemas.Select(schema => $"--schema={Quoted.Name(schema)}")]);

    /// <summary>Makes a backup in <paramref name="folder"/>, which appears only when it is whole.</summary>
    /// <returns>Its receipt.</returns>
    /// <exception cref="TransactionPoolerException">There is no session to hold the snapshot.</exception>
    /// <exception cref="BackupSpaceException">The disk is full.</exception>
    /// <exception cref="BackupPermissionException">The role may not read, or the folder cannot be written.</exception>
    /// <exception cref="BackupFailedException">Anything else.</exception>
    public async Task<BackupReceipt> MakeAsync(string folder, string deployment, string environment, CancellationToken cancellation)
    {
        if (settings.IsTransactionPooler)
            throw new TransactionPoolerException(settings, "backups");
        var partial = folder + ".partial";
        try
        {
            Clear(partial);
            CreatePrivate(partial);
            var receipt = await DumpAsync(partial, deployment, environment, cancellation);
            await File.WriteAllTextAsync(Path.Combine(partial, BackupReceipt.FileName), receipt.ToJson(), cancellation);
            Clear(folder);
            Directory.Move(partial, folder);
            return receipt;
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            Clear(partial);
            throw BackupErrors.Of(failed, folder);
        }
        catch (OperationCanceledException)
        {
            Clear(partial);
            throw;
        }
    }

    /// <summary>Checks that each file has its checksum, none is missing or added, and that pg_restore reads the table of contents.</summary>
    /// <exception cref="BackupDamagedException">Something does not agree.</exception>
    public async Task<BackupReceipt> CheckAsync(string folder, CancellationToken cancellation)
    {
        var receipt = await BackupReceipt.FindAsync(folder, cancellation) ?? throw new BackupDamagedException(folder, "it has no receipt");
        var dump = Path.Combine(folder, DumpFolder);
        var files = Directory.Exists(dump) ? await FilesAsync(dump, cancellation) : [];
        var wrong = receipt.Files.Except(files).Concat(files.Except(receipt.Files)).Select(file => file.Name).Distinct(StringComparer.Ordinal).ToList();
        if (wrong.Count > 0)
            throw new BackupDamagedException(folder, $"these files are not as the receipt says: {string.Join(", ", wrong)}");
        var tools = await PostgresTools.FindAsync(Version.Parse(receipt.ServerVersion).Major, processes, cancellation);
        try
        {
            await processes.RunAsync(CommandLine.Of(Path.Combine(tools.Folder, "pg_restore"), "--list", dump), null, cancellation);
        }
        catch (CommandFailedException unreadable)
        {
            throw new BackupDamagedException(folder, $"pg_restore cannot read it: {unreadable.Evidence}");
        }

        return receipt;
    }

    async Task<BackupReceipt> DumpAsync(string folder, string deployment, string environment, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        await using var snapshot = await BackupSnapshot.TakeAsync(new(settings), cancellation);
        var at = time.GetUtcNow();
        var schemas = await snapshot.SchemasAsync(cancellation);
        var tools = await PostgresTools.FindAsync(snapshot.ServerVersion.Major, processes, cancellation);
        var dump = Path.Combine(folder, DumpFolder);
        await processes.RunAsync(DumpCommand(tools, settings, schemas, snapshot.Id, Jobs, dump), null, cancellation);
        return new()
        {
            Deployment = deployment,
            Environment = environment,
            Database = settings.ToString(),
            At = at,
            ServerVersion = snapshot.ServerVersion.ToString(),
            WalPosition = await snapshot.WalPositionAsync(cancellation),
            Schemas = schemas,
            LeftOut = await snapshot.LeftOutAsync(cancellation),
            Tables = await snapshot.TablesAsync(schemas, cancellation),
            Outside = await snapshot.OutsideAsync(schemas, cancellation),
            Files = await FilesAsync(dump, cancellation),
            Seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 3),
        };
    }

    static async Task<ImmutableArray<BackupFile>> FilesAsync(string folder, CancellationToken cancellation)
    {
        var files = ImmutableArray.CreateBuilder<BackupFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await using var stream = File.OpenRead(path);
            files.Add(new(Path.GetRelativePath(folder, path), stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation))));
        }

        return files.ToImmutable();
    }

    // A dump holds personal data: nobody else on the machine may read it.
    static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
