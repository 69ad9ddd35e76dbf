using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres.Scratch;

namespace Maily.Deploy.Migrations;

/// <summary>What happens to a deployment's migrations when a later step fails.</summary>
public enum MigrationPolicy
{
    /// <summary>Kept where the code before works on them; else the down script; else a person.</summary>
    KeepCompatible,

    /// <summary>The down script where there is one; else kept where the code before works on them; else a person.</summary>
    PreferDown,

    /// <summary>Always a person.</summary>
    AskPerson,
}

/// <summary>How migrations are applied.</summary>
public sealed record MigrationOptions
{
    /// <summary>The folder of the migrations.</summary>
    public required string Folder { get; init; }

    /// <summary>What happens to them when a later step fails.</summary>
    public MigrationPolicy Policy { get; init; } = MigrationPolicy.KeepCompatible;

    /// <summary>
    /// Whether migrations are undone by restoring the deployment's backup, which loses rows written since: only where a
    /// person asked for just that.
    /// </summary>
    public bool RestoresBackup { get; init; }

    /// <summary>How such a backup is opened.</summary>
    public BackupOptions Backups { get; init; } = new();

    /// <summary>Where it is found out whether anybody has written since a backup; null: by the backup's receipt alone.</summary>
    public ScratchServer? Scratch { get; init; }

    /// <summary>Finds such a backup by its address.</summary>
    public Func<string, StoredBackup> BackupAt { get; init; } = StoredBackup.At;

    /// <summary>Also apply those older than the newest one of the database.</summary>
    public bool IncludeAll { get; init; }

    /// <summary>Runs <c>roles.sql</c>, beside the folder, before them.</summary>
    public bool IncludeRoles { get; init; }

    /// <summary>Runs the seed files that <c>config.toml</c>, beside the folder, names, after them.</summary>
    public bool IncludeSeed { get; init; }

    /// <summary>The folder of the Supabase project.</summary>
    internal string Project => Path.GetDirectoryName(Path.GetFullPath(Folder)) ?? ".";

    /// <summary>How long a statement may wait for a lock while everybody behind it waits too.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often a migration that met a lock is tried again; only where its transaction left nothing.</summary>
    public int LockRetries { get; init; } = 3;

    /// <summary>How long a statement may run.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long to wait for another migrator.</summary>
    public TimeSpan MigratorWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The command that restores the database from this deployment's backup, as told to a person.</summary>
    public string RestoreCommand { get; init; } = "./build.sh Rollback --restore-database";
}
