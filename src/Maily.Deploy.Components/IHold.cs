using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Holds;
using Nuke.Common;
using Serilog;

namespace Maily.Deploy.Components;

/// <summary>Keeps deployments away from an environment until a person says otherwise.</summary>
public interface IHold : IHazDeployment
{
    /// <summary>Why.</summary>
    [Parameter("Why the environment is held, or released")]
    string? Reason => TryGetValue(() => Reason);

    /// <summary>Sets a hold.</summary>
    Target Hold => _ => _
        .Description("Keeps deployments away until Release; needs --reason")
        .Requires(() => Reason)
        .ExecutesAsync(async cancellation =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            await store.SetHoldAsync(new Hold(Environment, Reason!, Operator.Name, Session.Time.GetUtcNow()), cancellation);
            Log.Information("{Environment} is held: {Reason}", Environment, Reason);
        });

    /// <summary>Clears the hold.</summary>
    Target Release => _ => _
        .Description("Clears a hold; needs --reason")
        .Requires(() => Reason)
        .ExecutesAsync(async cancellation =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            await store.PrepareAsync(cancellation);
            await store.ClearHoldAsync(Environment, cancellation);
            Log.Information("{Environment} is released: {Reason}", Environment, Reason);
        });
}
