using Maily.Deploy.Deployments;

namespace Maily.Deploy.Components;

/// <summary>The tokens of the run: of our runner where it runs the build, none under the real NUKE, which has no cancellation.</summary>
static class RunSignals
{
    /// <summary>The signals for the target that runs now.</summary>
    public static StopSignals Current =>
#if NUKE_PACKAGES
        StopSignals.None;
#else
        new(NukeRunner.Cancellation.Stop, NukeRunner.Cancellation.Abort);
#endif
}
