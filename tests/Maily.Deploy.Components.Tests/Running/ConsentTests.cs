using Maily.Deploy.Secrets;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>Who may deploy, and when nobody may.</summary>
public sealed class ConsentTests
{
    [Fact]
    public void Without_a_terminal_nobody_confirms() => Confirmation.Ask("production").ShouldBeFalse();

    [Theory]
    [InlineData("", 3)]
    [InlineData("--confirm production", 3)]
    [InlineData("--confirm sandbox", 0)]
    [InlineData("--yes", 0)]
    public void An_environment_that_asks_for_consent_is_not_deployed_to_without(string arguments, int code)
    {
        var journal = Directory.CreateTempSubdirectory("maily-journal-");
        using var run = new SampleRun { Scenario = Asking(("MAILY_JOURNAL_URL", $"file://{journal.FullName}")) };
        run.Start(["Deploy", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).ShouldBe(code, run.Output);
        run.Scenario.Far["deployk8s"].ShouldBe(code == 0 ? "new" : null);
        journal.Delete(recursive: true);
    }

    [Fact]
    public void One_whose_hold_others_would_not_see_is_neither_held_nor_told_of()
    {
        using var run = new SampleRun { Scenario = Asking() };
        foreach (var target in new[] { "Hold", "Release", "Status" })
        {
            run.Start(target, "--reason", "the market is closed").ShouldBe(3, run.Output);
            run.Output.ShouldContain("there is no place for lease, hold and journal");
        }
    }

    static Scenario Asking(params (string Name, string Value)[] variables) => new()
    {
        RequiresConfirmation = true, Variables = [new ProcessEnvironmentSource(variables.ToDictionary(variable => variable.Name, variable => variable.Value))],
    };

    [Fact]
    public void A_held_environment_is_deployed_to_only_after_its_release()
    {
        using var run = new SampleRun();
        run.Start("Hold", "--reason", "the market is closed").ShouldBe(0, run.Output);
        run.Start("Deploy").ShouldBe(3, run.Output);
        run.Report("firstCause").ShouldContain("the market is closed");
        run.Scenario.Far.Asked.ShouldBeEmpty();
        run.Start("Release", "--reason", "it opened").ShouldBe(0, run.Output);
        run.Start("Deploy").ShouldBe(0, run.Output);
    }

    [Fact]
    public void A_hold_needs_a_reason()
    {
        using var run = new SampleRun();
        run.Start("Hold").ShouldNotBe(0);
        run.Output.ShouldContain("--reason");
    }

    [Fact]
    public void Unscanned_images_are_accepted_with_a_reason_that_stands_in_the_report()
    {
        using var refused = new SampleRun();
        refused.Start("Deploy", "--accept-unscanned").ShouldBe(3, refused.Output);
        refused.Output.ShouldContain("--accept-unscanned was given without a reason");
        refused.Scenario.Far.Asked.ShouldBeEmpty();

        using var accepted = new SampleRun();
        accepted.Start("Deploy", "--accept-unscanned", "--reason", "the scanner is down").ShouldBe(0, accepted.Output);
        accepted.Report("accepted").ShouldContain("images that nothing has scanned (--accept-unscanned): the scanner is down");
    }

    [Fact]
    public void DeployStaging_is_refused_for_production()
    {
        using var run = new SampleRun { Environment = "production" };
        run.Start("DeployStaging").ShouldBe(3, run.Output);
        run.Report("firstCause").ShouldContain("DeployStaging was asked to deploy to production");
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void DeployStaging_deploys_to_staging_unless_told_otherwise()
    {
        using var run = new SampleRun { Environment = null };
        run.Start("DeployStaging").ShouldBe(0, run.Output);
        run.Report("environment").ShouldBe("staging");
    }
}
