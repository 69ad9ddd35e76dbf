using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Backups;

/// <summary>One file of a backup.</summary>
/// <param name="Name">Path within the dump's folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum, 64 hexadecimal digits.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256);

/// <summary>One table of a backup.</summary>
/// <param name="Name">Schema and name, quoted where needed.</param>
/// <param name="Rows">Its rows in the dump's own snapshot.</param>
public sealed record BackupTable(string Name, long Rows);

/// <summary>
/// An object outside the backed up schemas that depends on them and so falls when they are replaced: a trigger on
/// <c>auth.users</c>, a table's place in a publication.
/// </summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Sql">The statement that makes it again.</param>
public sealed record OutsideDependent(string Name, string Sql);

/// <summary>What a backup holds; stands beside it as <c>receipt.json</c>. No personal data, no secret.</summary>
public sealed record BackupReceipt
{
    /// <summary>The receipt's file name.</summary>
    public const string FileName = "receipt.json";

    /// <summary>Version of this form; a reader refuses another one.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The deployment that made it.</summary>
    public required string Deployment { get; init; }

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>user@host:port/name.</summary>
    public required string Database { get; init; }

    /// <summary>When its snapshot was taken.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The server's version: <c>15.18</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>The write-ahead log's position when the snapshot was taken.</summary>
    public required string WalPosition { get; init; }

    /// <summary>The schemas it holds.</summary>
    public required ImmutableArray<string> Schemas { get; init; }

    /// <summary>The schemas of the database that it leaves out.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>Its tables.</summary>
    public required ImmutableArray<BackupTable> Tables { get; init; }

    /// <summary>What hangs on its schemas from outside.</summary>
    public required ImmutableArray<OutsideDependent> Outside { get; init; }

    /// <summary>Its files.</summary>
    public required ImmutableArray<BackupFile> Files { get; init; }

    /// <summary>The size of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>One checksum over names and checksums of all files.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Name}")))));

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads the receipt in a backup's folder; null where there is none.</summary>
    /// <exception cref="BackupDamagedException">It cannot be read.</exception>
    public static async Task<BackupReceipt?> FindAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            var receipt = JsonSerializer.Deserialize<BackupReceipt>(await File.ReadAllTextAsync(path, cancellation), Options);
            return receipt is { Version: 1 } ? receipt : throw new BackupDamagedException(folder, "its receipt has a form that this version does not know");
        }
        catch (JsonException unreadable)
        {
            throw new BackupDamagedException(folder, $"its receipt is no JSON of its form: {unreadable.Message}");
        }
    }
}
