using Maily.Deploy.Secrets;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>Durations that a run is given and cannot use.</summary>
public sealed class RefusedSettingsTests
{
    [Fact]
    public void A_run_with_a_malformed_wait_is_refused()
    {
        using var run = new SampleRun();
        run.Start("Deploy", "--wait", "soon").ShouldBe(3, run.Output);
        run.Report("firstCause").ShouldContain("Validate");
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_run_with_a_lease_that_could_not_be_kept_is_refused()
    {
        using var run = new SampleRun { Scenario = new Scenario { Variables = [new ProcessEnvironmentSource(new Dictionary<string, string> { ["MAILY_LEASE_LIFETIME"] = "1s" })] } };
        run.Start("Deploy").ShouldBe(3, run.Output);
        run.Report("firstCause").ShouldContain("MAILY_LEASE_LIFETIME");
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }
}
