using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>Keeps everything in files under one folder, for deployments from one machine. Processes take turns by a lock file.</summary>
public sealed class FileDeploymentStore(string folder, TimeProvider time) : IDeploymentStore
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    const int Attempts = 1500;

    /// <inheritdoc/>
    public string Description => $"files in {folder}";

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<(bool Granted, Lease Lease)> TryAcquireAsync(
        string environment, LeaseHolder holder, TimeSpan lifetime, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(environment, cancellation);
        var former = await JsonLines.FindAsync<Lease>(LeaseFile(environment), cancellation);
        var now = time.GetUtcNow();
        if (former is not null && former.FreeAt > now)
            return (false, former);
        // From the epoch's seconds on, so that numbers grow even when the folder is replaced by an empty one.
        var number = Math.Max((former?.FencingNumber ?? 0) + 1, now.ToUnixTimeSeconds());
        var lease = new Lease(environment, holder, number, now, now + lifetime) { Grace = Lease.GraceOf(lifetime) };
        await JsonLines.ReplaceAsync(LeaseFile(environment), lease, cancellation);
        return (true, lease);
    }

    /// <inheritdoc/>
    public async Task<Lease> RenewAsync(Lease lease, TimeSpan lifetime, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(lease.Environment, cancellation);
        var present = await RequireAsync(lease, cancellation);
        var renewed = present with { ExpiresAt = time.GetUtcNow() + lifetime, Grace = Lease.GraceOf(lifetime) };
        await JsonLines.ReplaceAsync(LeaseFile(lease.Environment), renewed, cancellation);
        return renewed;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(Lease lease, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(lease.Environment, cancellation);
        var present = await JsonLines.FindAsync<Lease>(LeaseFile(lease.Environment), cancellation);
        if (present?.FencingNumber == lease.FencingNumber)
            await JsonLines.ReplaceAsync(LeaseFile(lease.Environment), present with { ExpiresAt = Earlier(present.ExpiresAt, time.GetUtcNow()), Grace = TimeSpan.Zero }, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> UnlockAsync(Lease lease, AuditEntry entry, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(lease.Environment, cancellation);
        var present = await JsonLines.FindAsync<Lease>(LeaseFile(lease.Environment), cancellation);
        if (present?.FencingNumber != lease.FencingNumber || present.ExpiresAt <= time.GetUtcNow())
            return false;
        await JsonLines.AppendAsync(AuditFile(entry.Environment), entry, cancellation);
        await JsonLines.ReplaceAsync(LeaseFile(lease.Environment), present with { ExpiresAt = time.GetUtcNow() }, cancellation);
        return true;
    }

    /// <inheritdoc/>
    public async Task<Lease?> FindLeaseAsync(string environment, CancellationToken cancellation)
    {
        var lease = await JsonLines.FindAsync<Lease>(LeaseFile(environment), cancellation);
        return lease is not null && lease.FreeAt > time.GetUtcNow() ? lease : null;
    }

    /// <inheritdoc/>
    public async Task AppendAsync(Lease lease, DeploymentId deployment, JournalRecord record, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(lease.Environment, cancellation);
        await RequireAsync(lease, cancellation);
        var path = JournalFile(lease.Environment, deployment);
        var last = await JsonLines.FindLastAsync<JournalRecord>(path, cancellation);
        if (last is null || last.Sequence < record.Sequence)
            await JsonLines.AppendAsync(path, record, cancellation);
        else if (!JsonLines.AreEqual(last, record))
            throw new BrokenJournalException($"Record {record.Sequence} of {deployment} is written already, with other content.");
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalRecord> ReadAsync(string environment, DeploymentId deployment, CancellationToken cancellation) =>
        ReadWholeAsync<JournalRecord>(environment, JournalFile(environment, deployment), cancellation);

    /// <inheritdoc/>
    public async Task<ImmutableArray<DeploymentSummary>> ListAsync(string environment, int limit, CancellationToken cancellation)
    {
        var begun = new List<(long Number, DeploymentId Id)>();
        foreach (var name in Directory.EnumerateFiles(FolderOf(environment), "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)))
            if (name is not ("releases" or "audit")
                && await ReadAsync(environment, DeploymentId.Parse(name), cancellation).FirstOrDefaultAsync(cancellation) is { } first)
                begun.Add((first.FencingNumber, DeploymentId.Parse(name)));
        var summaries = ImmutableArray.CreateBuilder<DeploymentSummary>();
        foreach (var (_, id) in begun.OrderDescending().Take(limit))
            if (await SummarizeAsync(environment, id, cancellation) is { } summary)
                summaries.Add(summary);
        return summaries.ToImmutable();
    }

    /// <inheritdoc/>
    public Task<Hold?> FindHoldAsync(string environment, CancellationToken cancellation) =>
        JsonLines.FindAsync<Hold>(HoldFile(environment), cancellation);

    /// <inheritdoc/>
    public async Task SetHoldAsync(Hold hold, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(hold.Environment, cancellation);
        await JsonLines.AppendAsync(AuditFile(hold.Environment), hold.Entry, cancellation);
        await JsonLines.ReplaceAsync(HoldFile(hold.Environment), hold, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> ClearHoldAsync(AuditEntry entry, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(entry.Environment, cancellation);
        if (!File.Exists(HoldFile(entry.Environment)))
            return false;
        await JsonLines.AppendAsync(AuditFile(entry.Environment), entry, cancellation);
        File.Delete(HoldFile(entry.Environment));
        return true;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<AuditEntry>> ListAuditAsync(string environment, int limit, CancellationToken cancellation)
    {
        var entries = await ReadWholeAsync<AuditEntry>(environment, AuditFile(environment), cancellation).ToListAsync(cancellation);
        entries.Reverse();
        return [.. entries.Take(limit)];
    }

    /// <inheritdoc/>
    public async Task AddReleaseAsync(Lease lease, ReleaseRecord release, CancellationToken cancellation)
    {
        await using var turn = await TakeTurnAsync(lease.Environment, cancellation);
        await RequireAsync(lease, cancellation);
        await JsonLines.AppendAsync(ReleaseFile(release.Environment), release, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ReleaseRecord>> ListReleasesAsync(string environment, int limit, CancellationToken cancellation)
    {
        var releases = await ReadWholeAsync<ReleaseRecord>(environment, ReleaseFile(environment), cancellation).ToListAsync(cancellation);
        releases.Reverse();
        return [.. releases.Take(limit)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    string FolderOf(string environment) => Directory.CreateDirectory(Path.Combine(folder, environment)).FullName;

    string LeaseFile(string environment) => Path.Combine(FolderOf(environment), "lease.json");

    string HoldFile(string environment) => Path.Combine(FolderOf(environment), "hold.json");

    string AuditFile(string environment) => Path.Combine(FolderOf(environment), "audit.jsonl");

    string ReleaseFile(string environment) => Path.Combine(FolderOf(environment), "releases.jsonl");

    string JournalFile(string environment, DeploymentId deployment) => Path.Combine(FolderOf(environment), $"{deployment}.jsonl");

    static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    async Task<Lease> RequireAsync(Lease lease, CancellationToken cancellation)
    {
        var present = await JsonLines.FindAsync<Lease>(LeaseFile(lease.Environment), cancellation);
        return present?.FencingNumber == lease.FencingNumber && present.ExpiresAt > time.GetUtcNow()
            ? present
            : throw new LeaseLostException(lease, present);
    }

    async Task<DeploymentSummary?> SummarizeAsync(string environment, DeploymentId deployment, CancellationToken cancellation)
    {
        var state = JournalState.Empty;
        var last = default(DateTimeOffset);
        await foreach (var record in ReadAsync(environment, deployment, cancellation))
            (state, last) = (state.With(record), record.At);
        return state.Header is { } header ? new DeploymentSummary(header, state.Outcome, last) : null;
    }

    /// <summary>Reads as far as the file was written between two appends, so that a reader never takes one in the middle for a torn line.</summary>
    async IAsyncEnumerable<T> ReadWholeAsync<T>(string environment, string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long length;
        await using (await TakeTurnAsync(environment, cancellation))
            length = File.Exists(path) ? new FileInfo(path).Length : 0;
        await foreach (var value in JsonLines.ReadAsync<T>(path, length, cancellation))
            yield return value;
    }

    async Task<FileStream> TakeTurnAsync(string environment, CancellationToken cancellation)
    {
        var path = Path.Combine(FolderOf(environment), "lock");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && attempt < Attempts)
            {
                // Another process has its turn, as long as one small write. Real time, whatever clock leases are measured by.
                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
            catch (IOException stuck)
            {
                throw new StoreUnreachableException($"{path} cannot be locked", FailureKind.Refused, stuck);
            }
        }
    }
}
