using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Backups;

/// <summary>One file of a backup, as it is stored.</summary>
/// <param name="Name">Path within the backup: <c>dump/toc.dat</c>.</param>
/// <param name="Bytes">Its stored size.</param>
/// <param name="Sha256">Checksum of what is stored, 64 hexadecimal digits: <c>sha256sum</c> gives the same.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256)
{
    /// <summary>What pg_dump wrote, where the file is sealed; null where it is stored as it is.</summary>
    public PlainContent? Plain { get; init; }
}

/// <summary>What a sealed file holds.</summary>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Mac">HMAC-SHA256 under the backup's key, 64 hexadecimal digits. A plain checksum would let anybody try out guesses of small tables.</param>
public sealed record PlainContent(long Bytes, string Mac);

/// <summary>One table of a backup.</summary>
/// <param name="Name">Schema and name, quoted where needed.</param>
/// <param name="Rows">Its rows in the dump's own snapshot.</param>
/// <param name="Checksum">Sum of a keyed hash of each row, in whatever order they come: see <see cref="TableChecksums"/>.</param>
public sealed record BackupTable(string Name, long Rows, string Checksum);

/// <summary>
/// An object of the application's outside the backed up schemas: a policy on <c>storage.objects</c>, a trigger on <c>auth.users</c>, a
/// table's place in a publication. Some of them fall when the schemas are replaced.
/// </summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Sql">The statement that makes it again where it is not there.</param>
public sealed record OutsideDependent(string Name, string Sql)
{
    /// <summary>Whether the schemas may stand on it: a routine in <c>auth</c> that their policies call.</summary>
    public bool ComesFirst { get; init; }
}

/// <summary>What a backup holds; stands beside it as <c>receipt.json</c>. No personal data, no secret.</summary>
public sealed record BackupReceipt
{
    /// <summary>The receipt's file name.</summary>
    public const string FileName = "receipt.json";

    const int Present = 3;

    /// <summary>Version of this form; a reader refuses another one.</summary>
    public int Version { get; init; } = Present;

    /// <summary>The deployment that made it: the backup's id.</summary>
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

    /// <summary>Roles that own something in them or have rights on it.</summary>
    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>The schemas of the database whose definitions it leaves out.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>The tables of those schemas whose rows it leaves out too.</summary>
    public required ImmutableArray<string> LeftOutTables { get; init; }

    /// <summary>Its tables.</summary>
    public required ImmutableArray<BackupTable> Tables { get; init; }

    /// <summary>Tables of Supabase's schemas of which it holds the rows, not the definitions.</summary>
    public required ImmutableArray<BackupTable> Managed { get; init; }

    /// <summary>Where it lies: a folder, or bucket and region.</summary>
    public required string Location { get; init; }

    /// <summary>The key that seals it, 8 hexadecimal digits; null where it is not sealed.</summary>
    public string? KeyId { get; init; }

    /// <summary>The seed of the tables' checksums where it is not sealed; else it is derived from the key.</summary>
    public string? Seed { get; init; }

    /// <summary>What the application has outside of its schemas.</summary>
    public required ImmutableArray<OutsideDependent> Outside { get; init; }

    // Named otherwise than when it was less: nothing may be called new only because it was not noted then.
    /// <summary>
    /// What stood in Supabase's part of the database that no restore makes again, by name: extensions, storage buckets, scheduled jobs,
    /// publications, triggers on Supabase's tables, each with its version, definition or a digest. Null in a receipt of a former version.
    /// </summary>
    [JsonPropertyName("platformNotes")]
    public ImmutableSortedDictionary<string, string>? Platform { get; init; }

    /// <summary>Which transactions it saw, as <c>pg_snapshot</c> prints it; null in a receipt of a former version.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Its files.</summary>
    public required ImmutableArray<BackupFile> Files { get; init; }

    /// <summary>The stored size of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>The rows of all its tables.</summary>
    public long Rows => Tables.Concat(Managed).Sum(table => table.Rows);

    /// <summary>One checksum over names and checksums of all files.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Name}")))));

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads a receipt.</summary>
    /// <param name="text">Its JSON.</param>
    /// <param name="location">Where the backup lies, for the error.</param>
    /// <exception cref="BackupDamagedException">It cannot be read.</exception>
    public static BackupReceipt Parse(string text, string location)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupReceipt>(text, Options) is { Version: Present } receipt
                ? receipt : throw new BackupDamagedException(location, "its receipt has a form that this version does not know");
        }
        catch (JsonException unreadable)
        {
            throw new BackupDamagedException(location, $"its receipt is no JSON of its form: {unreadable.Message}");
        }
    }
}
