using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Frees an environment whose lease is held by a deployment that is known to be dead.</summary>
public interface IUnlock : IHazDeployment, IHazReason
{
    /// <summary>Takes the lease away from its holder, who can change nothing more, and notes who did it and why.</summary>
    Target Unlock => _ => _
        .Description("Takes the lease away from a holder that is known to be dead; needs --reason")
        .Requires(() => Reason)
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(Unlock), async () =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            if (await store.FindLeaseAsync(Environment, cancellation) is not { } lease)
            {
                Log.Information("Nobody holds {Environment}: there is nothing to unlock", Environment);
                return;
            }

            var now = Session.Time.GetUtcNow();
            if (lease.ExpiresAt <= now)
            {
                Log.Information("The lease of {Holder} on {Environment} has ended already: it is free at {FreeAt:u}", lease.Holder, Environment, lease.FreeAt);
                return;
            }

            // The grace stays: what the former holder has sent may still arrive.
            var entry = new AuditEntry(Environment, AuditedAction.Unlocked, Operator.Name, now, Reason!) { Whom = lease.Holder.ToString() };
            if (await store.UnlockAsync(lease, entry, cancellation))
                Log.Information("{Environment} was held by {Holder} since {Since:u} and is free at {FreeAt:u}: {Reason}. See `./build.sh Status` for what that left", Environment, lease.Holder, lease.AcquiredAt, now + lease.Grace, Reason);
            else
                Log.Information("{Environment} was held by {Holder} since {Since:u}, who has just given it back", Environment, lease.Holder, lease.AcquiredAt);
        }));
}
