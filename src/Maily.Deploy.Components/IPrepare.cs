using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Begins the deployment: asks for consent where the environment demands it, takes the lease, announces it.</summary>
public interface IPrepare : IValidate
{
    /// <summary>Whether to go on with an unfinished deployment.</summary>
    [Parameter("Goes on with the unfinished deployment at its first step that is not verified; same commit, same skip flags")]
    bool Resume => TryGetValue<bool?>(() => Resume) ?? false;

    /// <summary>Takes the lease and begins the journal.</summary>
#if !NUKE_PACKAGES
    [NukeRunner.ChangesEnvironment]
#endif
    Target Prepare => _ => _
        .Description("Takes the lease, begins the journal, announces the deployment")
        .DependsOn(Validate)
        .ExecutesAsync(signals => Session.GuardAsync(nameof(Prepare), async () =>
        {
            Consent.Ask(this, (await Session.LoadAsync(this, signals.Stop)).Definition.Policy);
            // The first Ctrl+C ends it: nothing is changed yet, and waiting for the lease may take long.
            await Session.StartAsync(this, Resume, signals.Stop);
            await Announcement.StartedAsync(this, signals.Abort);
        }));
}
