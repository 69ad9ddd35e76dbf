using Maily.Deploy.Deployments;
using Microsoft.Extensions.Logging;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Tells what is live and what was deployed lately. Changes nothing, takes no lease, and works while a deployment runs.</summary>
public interface IStatus : IHazDeployment
{
    /// <summary>What is live, hold, lease, unfinished deployment and what to do about it.</summary>
    Target Status => _ => _
        .Description("Shows what is live, the hold, who holds the lease, an unfinished deployment and what to do about it")
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(Status), async () =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            Say(StatusText.Of(await EnvironmentStatus.ReadAsync(store, Environment, cancellation)), (await Session.LoadAsync(this, cancellation)).Log);
        }));

    /// <summary>The last deployments, and what people did besides, newest first.</summary>
    Target History => _ => _
        .Description("Lists the last deployments with outcome, duration and first cause, and who held, released or unlocked")
        .ExecutesAsync(cancellation => ExitCodes.SetAsync(this, nameof(History), async () =>
        {
            await using var store = await Session.OpenStoreAsync(this, cancellation);
            Say(HistoryText.Of(await EnvironmentHistory.ReadAsync(store, Environment, 20, cancellation)), (await Session.LoadAsync(this, cancellation)).Log);
        }));

    private static void Say(IEnumerable<string> lines, ILogger log)
    {
        foreach (var line in lines)
            log.LogInformation("{Line}", line);
    }
}
