using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups;

/// <summary>How backups are made and read.</summary>
public sealed record BackupOptions
{
    /// <summary>What seals them; null leaves them unsealed.</summary>
    public BackupKeys? Keys { get; init; }

    /// <summary>Whether a backup without keys is refused.</summary>
    public bool MustBeSealed { get; init; }

    /// <summary>Where scratch folders are made; null: in memory where that has room, else the temp folder.</summary>
    public string? ScratchFolder { get; init; }

    /// <summary>So many connections dump at once, and so many count.</summary>
    public int Jobs { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// gzip's level, 0 to 9. Lower than pg_dump's own 6, which takes three times as long for files a tenth smaller.
    /// </summary>
    public int Compression { get; init; } = 2;

    /// <summary>Reads <c>MAILY_BACKUP_KEY</c> and <c>MAILY_SCRATCH_FOLDER</c>.</summary>
    /// <exception cref="MalformedVariableException">The key has no valid form.</exception>
    public static BackupOptions From(Variables variables) => new()
    {
        Keys = BackupKeys.From(variables),
        ScratchFolder = variables.Find(Backups.ScratchFolder.Variable),
    };
}
