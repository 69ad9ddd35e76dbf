using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>What people do to an environment besides deploying, and what they see of it.</summary>
public sealed class AttendingTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unlock_ends_a_lease_and_says_who_held_it_and_when_the_environment_is_free()
    {
        using var run = new SampleRun();
        var store = StoreOf(run);
        await store.TryAcquireAsync("sandbox", new("20261123T195301Z-dfce3c5-aaaa", "eve", "there", 2), TimeSpan.FromHours(1), Cancellation);
        run.Start("Deploy").ShouldBe(3, run.Output);

        run.Start("Unlock", "--reason", "its runner is gone").ShouldBe(0, run.Output);

        run.Output.ShouldContain("eve@there");
        (await store.FindLeaseAsync("sandbox", Cancellation))!.ExpiresAt.ShouldBeLessThanOrEqualTo(TimeProvider.System.GetUtcNow());
        run.Start("Unlock", "--reason", "its runner is gone").ShouldBe(0, run.Output);
        run.Output.ShouldContain("has ended already: it is free at");
        run.Start("History").ShouldBe(0, run.Output);
        run.Output.ShouldContain("Unlocked");
        run.Output.ShouldContain("its runner is gone (it was locked by eve@there");
    }

    [Fact]
    public void Unlocking_what_nobody_holds_says_so()
    {
        using var run = new SampleRun();
        run.Start("Unlock", "--reason", "its runner is gone").ShouldBe(0, run.Output);
        run.Output.ShouldContain("nothing to unlock");
    }

    [Theory]
    [InlineData("Unlock")]
    [InlineData("Hold")]
    [InlineData("Release")]
    public void Without_a_reason_nothing_is_done(string target)
    {
        using var run = new SampleRun();
        run.Start(target).ShouldNotBe(0, run.Output);
        run.Output.ShouldContain("Reason");
    }

    [Fact]
    public void Releasing_what_is_not_held_says_so()
    {
        using var run = new SampleRun();
        run.Start("Release", "--reason", "done").ShouldBe(0, run.Output);
        run.Output.ShouldContain("not held");
        run.Start("Hold", "--reason", "a demo").ShouldBe(0, run.Output);
        run.Start("Release", "--reason", "it is over").ShouldBe(0, run.Output);
        run.Output.ShouldContain("is released: it is over");
        run.Start("History").ShouldBe(0, run.Output);
        run.Output.LastIndexOf("it is over", StringComparison.Ordinal).ShouldBeLessThan(run.Output.LastIndexOf("a demo", StringComparison.Ordinal));
    }

    [Fact]
    public void Status_and_History_work_while_a_deployment_runs_and_do_not_disturb_it()
    {
        using var run = new SampleRun();
        var (status, history) = ("", "");
        run.Scenario.Far.At = async moment =>
        {
            if (moment != "apply Migrate/migrate" || status.Length > 0)
                return;
            status = await LookAsync(run, "Status");
            history = await LookAsync(run, "History");
        };

        run.Start("Deploy").ShouldBe(0, run.Output);

        status.ShouldContain("Migrate/migrate is being applied");
        status.ShouldContain("wait: it is being worked on");
        history.ShouldContain("unfinished");
        run.Start("Status").ShouldBe(0, run.Output);
        run.Output.ShouldContain("unfinished:  none");
        run.Output.ShouldContain("lease:       free");
    }

    [Fact]
    public void History_tells_why_a_deployment_was_undone()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "apply DeployVercel/deployvercel" ? throw new IOException("no promotion") : Task.CompletedTask;
        run.Start("Deploy").ShouldBe(1, run.Output);
        run.Start("History").ShouldBe(0, run.Output);
        run.Output.ShouldContain("RolledBack");
        run.Output.ShouldContain("first cause DeployVercel/deployvercel: no promotion");
    }

    static async Task<string> LookAsync(SampleRun run, string target)
    {
        await using var store = StoreOf(run);
        return string.Join('\n', target == "Status"
            ? StatusText.Of(await EnvironmentStatus.ReadAsync(store, "sandbox", Cancellation))
            : HistoryText.Of(await EnvironmentHistory.ReadAsync(store, "sandbox", 20, Cancellation)));
    }

    static FileDeploymentStore StoreOf(SampleRun run) => new(Path.Combine(run.Root, ".nuke", "deployments"), TimeProvider.System);
}
