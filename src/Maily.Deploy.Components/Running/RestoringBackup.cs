using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>Restores a backup into a database that a person named; into an environment's own one only while it holds that one's lease.</summary>
sealed class RestoringBackup(IHazDeployment build)
{
    /// <summary>Looks, asks for consent, restores and tells.</summary>
    public Task RunAsync(string id, string into, CancellationToken cancellation) => ExitCodes.SetAsync(build, nameof(IRestore.Restore), async () =>
    {
        var loaded = await build.Session.LoadAsync(build, cancellation);
        var setup = KeepingBackups.SetupOf(build, loaded);
        var backup = new StoredBackup(setup.Store, id);
        if (await backup.FindReceiptAsync(cancellation) is null)
            throw new NoSuchBackupException(id, setup.Store.Location);
        var own = DatabaseSettings.FromUrl(loaded.Variables) ?? DatabaseSettings.FromParts(loaded.Variables);
        var target = await RestoreTarget.ReadAsync(DatabaseSettings.Parse("INTO", into), own, build.Environment, cancellation);
        target.RequireConsent(build.Confirm);
        var restore = new RestoreElsewhere(new ProcessRunner(build.Session.Time)) { Options = setup.Options };
        Tell(loaded.Log, target, target.Environment is { } environment
            ? await AloneAsync(environment, loaded, token => restore.RunAsync(backup, target, token), cancellation)
            : await restore.RunAsync(backup, target, cancellation));
    });

    async Task<RestoredBackup> AloneAsync(string environment, DeploymentSession.Loaded loaded, Func<CancellationToken, Task<RestoredBackup>> restore, CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        await store.PrepareAsync(cancellation);
        var holder = new LeaseHolder("restore", System.Environment.UserName, System.Environment.MachineName, System.Environment.ProcessId);
        await using var lease = await LeaseKeeper.AcquireAsync(
            store, environment, holder, LeaseLifetime.From(loaded.Variables), TimeSpan.Zero, build.Session.Time, loaded.Log, cancellation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
        return await restore(either.Token);
    }

    static void Tell(ILogger log, RestoreTarget target, RestoredBackup restored)
    {
        log.LogInformation("{Backup} of {Environment} is restored into {Database}: {Tables} tables, and the rows of {Managed} tables of Supabase's",
            restored.Receipt.Deployment, restored.Receipt.Environment, target.Database, restored.Receipt.Tables.Length, restored.Managed.Length);
        foreach (var line in restored.LeftOut)
            log.LogWarning("{Line}", line);
    }
}

/// <summary>There is no such backup.</summary>
public sealed class NoSuchBackupException(string id, string location)
    : DeployException($"There is no backup {id} in {location}.", "See `./build.sh Backups` for those that there are.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
