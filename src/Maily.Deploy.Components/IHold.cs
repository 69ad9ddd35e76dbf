using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Keeps deployments away from an environment until a person says otherwise.</summary>
public interface IHold : IHazDeployment, IHazReason
{
    /// <summary>Sets a hold.</summary>
    Target Hold => _ => _
        .Description("Keeps deployments away until Release; needs --reason")
        .Requires(() => Reason)
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(Hold), async () =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            await store.SetHoldAsync(new Hold(Environment, Reason!, Operator.Name, Session.Time.GetUtcNow()), cancellation);
            Log.Information("{Environment} is held: {Reason}", Environment, Reason);
        }));

    /// <summary>Clears the hold.</summary>
    Target Release => _ => _
        .Description("Clears a hold; needs --reason")
        .Requires(() => Reason)
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(Release), async () =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            var hold = await store.FindHoldAsync(Environment, cancellation);
            var entry = new AuditEntry(Environment, AuditedAction.Released, Operator.Name, Session.Time.GetUtcNow(), Reason!) { Whom = hold?.By };
            if (await store.ClearHoldAsync(entry, cancellation))
                Log.Information("{Environment} is released: {Reason}", Environment, Reason);
            else
                Log.Information("{Environment} is not held: there is nothing to release", Environment);
        }));
}
