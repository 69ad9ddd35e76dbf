namespace Maily.Deploy.Components.Tests.Running;

/// <summary>How a rollback by a person ends.</summary>
public sealed class RollingBackTests
{
    [Fact]
    public void A_rollback_goes_back_exits_with_0_and_holds_the_environment()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback").ShouldBe(0, run.Output);
        run.Scenario.Far["migrate"].ShouldBeNull();
        run.Start("Deploy").ShouldBe(3, run.Output);
        run.Output.ShouldContain("held since");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--to yesterday")]
    [InlineData("--to 20261123T195301Z-dfce3c5-aaaa")]
    public void Where_there_is_nothing_to_go_back_to_it_is_refused_with_3(string arguments)
    {
        using var run = new SampleRun();
        run.Start(["Rollback", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).ShouldBe(3, run.Output);
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_person_must_undo_exits_with_2()
    {
        using var run = new SampleRun { Scenario = new Scenario { NeedsPerson = true } };
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback").ShouldBe(2, run.Output);
        run.Output.ShouldContain("A person must act");
    }

    [Fact]
    public void A_rollback_that_breaks_off_exits_with_2()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Scenario.Far.At = moment => moment.StartsWith("undo", StringComparison.Ordinal) ? throw new IOException("gone") : Task.CompletedTask;
        run.Start("Rollback").ShouldBe(2, run.Output);
    }
}
