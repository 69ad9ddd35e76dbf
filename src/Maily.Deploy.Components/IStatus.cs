using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Tells what is live and what was deployed lately. Changes nothing, and works while a deployment runs.</summary>
public interface IStatus : IHazDeployment
{
    /// <summary>What is live, hold, lease, unfinished deployment.</summary>
    Target Status => _ => _
        .Description("Shows what is live, the hold, who holds the lease, and an unfinished deployment")
        .ExecutesAsync(async cancellation =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            var live = (await store.ListReleasesAsync(Environment, 1, cancellation)).FirstOrDefault(release => !release.IsWithdrawn);
            var last = (await store.ListAsync(Environment, 1, cancellation)).FirstOrDefault();
            Log.Information("live:       {Live:l}", live is null ? "nothing yet" : $"{live.Deployment}, commit {live.Commit}, since {live.At:u}");
            Log.Information("hold:       {Hold:l}", await store.FindHoldAsync(Environment, cancellation) is { } hold ? $"{hold.Reason}, by {hold.By} since {hold.At:u}" : "none");
            Log.Information("lease:      {Lease:l}", await store.FindLeaseAsync(Environment, cancellation) is { } lease ? $"{lease.Holder} since {lease.AcquiredAt:u}" : "free");
            Log.Information("unfinished: {Unfinished:l}", last is { Outcome: null } ? $"{last.Header.Id}, last seen {last.LastAt:u}" : "none");
        });

    /// <summary>The last deployments, newest first.</summary>
    Target History => _ => _
        .Description("Lists the last deployments with outcome and duration")
        .ExecutesAsync(async cancellation =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            foreach (var line in await store.ListAsync(Environment, 20, cancellation))
                Log.Information("{Id:l}  {Outcome,-14:l} {Seconds,6:0.0} s  {By:l}", line.Header.Id, line.Outcome?.ToString() ?? "unfinished", (line.LastAt - line.Header.StartedAt).TotalSeconds, line.Header.StartedBy);
        });
}
