using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Begins the deployment: asks for consent where the environment demands it, takes the lease, announces it.</summary>
public interface IPrepare : IValidate
{
    /// <summary>Takes the lease and begins the journal.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Prepare => _ => _
        .Description("Takes the lease, begins the journal, announces the deployment")
        .DependsOn(Validate)
        .ExecutesAsync(cancellation => Session.GuardAsync(nameof(Prepare), async () =>
        {
            Consent.Ask(this, (await Session.LoadAsync(this, cancellation)).Definition.Policy);
            await Session.StartAsync(this, cancellation);
            await Announcement.StartedAsync(this, cancellation);
        }));
}
