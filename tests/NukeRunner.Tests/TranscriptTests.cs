using NukeRunner.Tests.Samples;

namespace NukeRunner.Tests;

public sealed class TranscriptTests
{
    [Fact]
    public void A_failing_target_fails_the_build()
    {
        using var run = new RunningABuild();
        run.Start<TranscriptBuild>(x => x.Deploy, "--break").ShouldBe(255);
        run.Output.ShouldContain("Migrate            Failed        < 1sec   // Exception: boom");
    }
}
