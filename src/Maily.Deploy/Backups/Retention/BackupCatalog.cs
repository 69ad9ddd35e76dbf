using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Backups.Retention;

/// <summary>One line of the list of backups.</summary>
/// <param name="Id">The backup's id.</param>
/// <param name="Address">Where it lies.</param>
/// <param name="Receipt">What it holds; null where it was never completed, or is damaged.</param>
/// <param name="Expires">When it is deleted at the latest; null where it was never completed, or is damaged.</param>
/// <param name="Damage">What is wrong with its receipt; null where nothing is.</param>
public sealed record ListedBackup(string Id, string Address, BackupReceipt? Receipt, DateTimeOffset? Expires, string? Damage = null);

/// <summary>Lists an environment's backups, and deletes what has expired or been replaced.</summary>
public sealed class BackupCatalog(BackupSetup setup, string environment, TimeProvider time)
{
    // A rollback goes back one release at a time; further back than this nobody goes by a backup.
    const int Releases = 10;

    const int Deployments = 50;

    /// <summary>All backups of the store, newest first; also other environments', where they share it.</summary>
    /// <exception cref="BackupStoreException">The store does not answer.</exception>
    public async Task<ImmutableArray<ListedBackup>> ListAsync(CancellationToken cancellation)
    {
        var listed = new List<ListedBackup>();
        foreach (var id in await setup.Store.ListAsync(cancellation))
        {
            var backup = new StoredBackup(setup.Store, id);
            try
            {
                var receipt = await backup.FindReceiptAsync(cancellation);
                listed.Add(new(id, backup.Address, receipt, receipt?.At + setup.Retention.Expiry));
            }
            catch (BackupDamagedException damaged)
            {
                // One that cannot be read hides no other.
                listed.Add(new(id, backup.Address, null, null, damaged.Fact));
            }
        }

        return [.. listed.OrderByDescending(AtOf).ThenByDescending(backup => backup.Id, StringComparer.Ordinal)];
    }

    /// <summary>Deletes what has expired or been replaced, then asks the store again.</summary>
    /// <returns>What was deleted and what is kept, each with its reason.</returns>
    /// <exception cref="BackupStoreException">The store does not answer, or does not delete.</exception>
    /// <exception cref="BackupNotDeletedException">The store still has something that was deleted.</exception>
    public async Task<ExpiryReport> ExpireAsync(IDeploymentStore deployments, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        // Whose a damaged one is nobody knows; once it has expired, it does not matter.
        bool IsOurs(ListedBackup backup) => backup.Damage is not null ? now - AtOf(backup) >= setup.Retention.Expiry : backup.Receipt is null || backup.Receipt.Environment == environment;
        var listed = (await ListAsync(cancellation)).Where(IsOurs).ToDictionary(backup => backup.Id, StringComparer.Ordinal);
        var decisions = setup.Retention.Decide(
            listed.Values.Select(backup => new BackupFact(backup.Id, AtOf(backup), backup.Receipt is not null || backup.Damage is not null)), await NeededAsync(deployments, cancellation), now);
        foreach (var decision in decisions.Where(decision => decision.IsDeleted))
            await setup.Store.DeleteAsync(decision.Backup.Id, cancellation);
        await ProveAsync([.. decisions.Where(decision => decision.IsDeleted).Select(decision => decision.Backup.Id)], cancellation);
        ExpiredBackup Line(RetentionDecision decision) => new(decision.Backup.Id, decision.Backup.At, listed[decision.Backup.Id].Receipt?.Bytes, decision.Reason);
        return new(environment, setup.Store.Location, now, [.. decisions.Where(decision => decision.IsDeleted).Select(Line)], [.. decisions.Where(decision => !decision.IsDeleted).Select(Line)]);
    }

    async Task ProveAsync(ImmutableArray<string> deleted, CancellationToken cancellation)
    {
        var present = await setup.Store.ListAsync(cancellation);
        foreach (var id in deleted)
            if (present.Contains(id) || !(await setup.Store.FilesAsync(id, cancellation)).IsEmpty || await setup.Store.FindReceiptAsync(id, cancellation) is not null)
                throw new BackupNotDeletedException(setup.Store.AddressOf(id));
    }

    async Task<HashSet<string>> NeededAsync(IDeploymentStore deployments, CancellationToken cancellation)
    {
        await deployments.PrepareAsync(cancellation);
        var releases = await deployments.ListReleasesAsync(environment, Releases, cancellation);
        var unfinished = (await deployments.ListAsync(environment, Deployments, cancellation)).Where(deployment => deployment.Outcome is null or DeploymentOutcome.NeedsAttention);
        return [.. releases.Select(release => release.Deployment.Value), .. unfinished.Select(deployment => deployment.Header.Id)];
    }

    // The deployment's id begins with the second in which it began. What bears no such name is nobody's, and old.
    static DateTimeOffset AtOf(ListedBackup backup) => backup.Receipt?.At
        ?? (DateTimeOffset.TryParseExact(backup.Id.Split('-')[0], "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal, out var began) ? began : DateTimeOffset.UnixEpoch);
}

/// <summary>One backup in an <see cref="ExpiryReport"/>.</summary>
/// <param name="Id">The backup's id.</param>
/// <param name="At">When it was made.</param>
/// <param name="Bytes">Its stored size; null where it was never completed.</param>
/// <param name="Reason">Why it was deleted or is kept.</param>
public sealed record ExpiredBackup(string Id, DateTimeOffset At, long? Bytes, string Reason);

/// <summary>What was deleted, proven by asking the store afterwards. No personal data.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Location">The store.</param>
/// <param name="At">When.</param>
/// <param name="Deleted">What is gone.</param>
/// <param name="Kept">What is still there.</param>
public sealed record ExpiryReport(string Environment, string Location, DateTimeOffset At, ImmutableArray<ExpiredBackup> Deleted, ImmutableArray<ExpiredBackup> Kept)
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes it to <c>expired-&lt;time&gt;.json</c>.</summary>
    /// <returns>The path.</returns>
    public async Task<string> WriteAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"expired-{At.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Options), cancellation);
        return path;
    }
}

/// <summary>A backup was deleted, and the store has it still.</summary>
public sealed class BackupNotDeletedException(string address)
    : DeployException($"{address} was deleted, and the store has it still.", "See whether the bucket is locked or keeps versions that the keys may not delete, and delete it by hand.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
