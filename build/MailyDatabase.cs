using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Components;
using Maily.Deploy.Contracts;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Replicas;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;
using Nuke.Common.IO;

/// <summary>Maily's database: where it is, what its migrations are, and what looks at them.</summary>
sealed class MailyDatabase(Variables variables, string environment, AbsolutePath root)
{
    static readonly ImmutableArray<string> Code = ["src/Platform/web", .. MailyProduct.Services.Select(name => $"src/Platform/services/{name}")];

    readonly ProcessRunner processes = new(TimeProvider.System);

    /// <summary>Whether migrations are undone by restoring the backup.</summary>
    public bool RestoresBackup { get; init; }

    public DatabaseSettings Settings => field ??= DatabaseSettings.From(variables);

    /// <summary>What the command line asks for.</summary>
    public IHazMigrationFlags? Flags { get; init; }

    /// <summary>Whether a backup must be sealed.</summary>
    public bool MustBeSealed { get; init; }

    public BackupOptions Backups => BackupOptions.From(variables) with { MustBeSealed = MustBeSealed };

    public MigrationOptions Migrations => new()
    {
        Folder = root / "src" / "Platform" / "supabase" / "migrations", RestoresBackup = RestoresBackup,
        IncludeAll = Flags?.IncludeAll ?? false, IncludeRoles = Flags?.IncludeRoles ?? false, IncludeSeed = Flags?.IncludeSeed ?? false,
        Backups = Backups, Scratch = ScratchServer.Find(variables), BackupAt = address => BackupStores.At(address, variables),
    };

    public Squawk Squawk => new(PinnedTools.Of(root, processes), processes);

    /// <summary>Null where no scratch server is named. One a run: what it found out once, it knows.</summary>
    public SchemaReplay? Replay => field ??= ScratchServer.Find(variables) is { } server ? new(Settings, server, Contracts, processes, TimeProvider.System) : null;

    /// <summary>Null where no scratch server is named.</summary>
    public RestoreCheck? RestoreCheck => ScratchServer.Find(variables) is { } server ? new(Settings, server, processes, TimeProvider.System) { Options = Backups } : null;

    public ImmutableArray<Replica> Replicas => Replica.From(variables);

    ReleaseContracts Contracts => new(new ContractSource(root, Code, processes), Code.Length, LiveCommitAsync);

    /// <summary>Whether a rollback may begin; null where no scratch server is named.</summary>
    public RollbackFit? RollbackFit(bool acceptsDowntime) => Replay is null ? null : new(Settings, Migrations, Replay, Contracts, acceptsDowntime);

    public PendingLint PendingLint => new(Settings, Migrations, new MigrationLint(Settings, Squawk, Replay));

    async Task<string?> LiveCommitAsync(CancellationToken cancellation)
    {
        await using var store = DeploymentStores.Open(variables, folder: null, TimeProvider.System);
        await store.PrepareAsync(cancellation);
        return (await store.ListReleasesAsync(environment, 1, cancellation)).FirstOrDefault(release => !release.IsWithdrawn)?.Commit;
    }
}
