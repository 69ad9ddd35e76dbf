using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>How a rollback by a person ends.</summary>
public sealed class RollingBackTests
{
    [Fact]
    public void A_rollback_goes_back_exits_with_0_and_holds_the_environment()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback").ShouldBe(3, run.Output);
        run.Output.ShouldContain("is the first release");
        run.Scenario.Far["migrate"].ShouldBe("new");
        run.Start("Rollback", "--to", "nothing").ShouldBe(0, run.Output);
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
    public void An_unknown_deployment_is_refused_with_3_and_the_last_ones_are_listed()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        var known = Path.GetFileName(Path.GetDirectoryName(run.Reports.ShouldHaveSingleItem()))!;
        run.Start("Rollback", "--to", "20200101T000000Z-dfce3c5-aaaa").ShouldBe(3, run.Output);
        run.Output.ShouldContain($"Former releases: {known}");
        run.Scenario.Far["migrate"].ShouldBe("new");
        run.Report("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public void What_a_person_must_undo_exits_with_2()
    {
        using var run = new SampleRun { Scenario = new Scenario { NeedsPerson = true } };
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback", "--to", "nothing").ShouldBe(2, run.Output);
        run.Output.ShouldContain("A person must act");
        run.Report("outcome").ShouldBe("needsAttention");
        run.Report("toDo").ShouldContain("put migrate back");
    }

    [Fact]
    public void What_cleans_up_after_another_job_leaves_a_good_release_alone()
    {
        using var run = new SampleRun();
        run.Start("Rollback", "--unfinished-only").ShouldBe(0, run.Output);
        run.Start("Deploy").ShouldBe(0, run.Output);

        run.Start("Rollback", "--unfinished-only").ShouldBe(0, run.Output);

        run.Output.ShouldContain("nothing is unfinished");
        run.Scenario.Far["migrate"].ShouldBe("new");
        run.Report("outcome").ShouldBe("succeeded");
        run.Start("Rollback", "--unfinished-only", "--to", "20261123T195301Z-dfce3c5-aaaa").ShouldBe(3, run.Output);
    }

    [Fact]
    public void The_report_says_whose_rollback_it_was_what_is_undone_and_what_is_left()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback", "--to", "nothing").ShouldBe(0, run.Output);

        run.Report("outcome").ShouldBe("rolledBack");
        run.Report("rollback").ShouldContain(Operator.Name);
        run.Report("undone").ShouldContain("Migrate/migrate: migrate is as it was");
        run.Report("leftovers").ShouldContain("Backup/backup: left behind");
        File.ReadAllText(Path.ChangeExtension(run.Reports[0], "md")).ShouldContain("sandbox was rolled back");
    }

    [Fact]
    public void Each_deployment_that_is_undone_gets_a_report_of_its_own()
    {
        using var run = new SampleRun();
        run.Scenario.Far.Set("stagevercel", "old", null);
        run.Start("Deploy").ShouldBe(0, run.Output);
        var first = Path.GetFileName(Path.GetDirectoryName(run.Reports.ShouldHaveSingleItem()))!;
        foreach (var _ in Enumerable.Range(0, 2))
        {
            run.Scenario.Far.Set("deployk8s", "changed by hand", null);
            run.Start("Deploy").ShouldBe(0, run.Output);
        }

        run.Start("Rollback", "--to", first).ShouldBe(0, run.Output);

        run.Reports.Count(report => File.ReadAllText(report).Contains("\"rollback\"", StringComparison.Ordinal)).ShouldBe(2);
        run.Reports.Count(report => File.ReadAllText(report).Contains("\"succeeded\",\n  \"cancelled\"", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Slack_is_told_how_a_rollback_ended()
    {
        using var slack = new RecordingWebhook();
        using var run = new SampleRun { Scenario = new Scenario { Variables = [new ProcessEnvironmentSource(new Dictionary<string, string> { ["SLACK_WEBHOOK_URL"] = slack.Address })] } };
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Start("Rollback", "--to", "nothing").ShouldBe(0, run.Output);

        slack.Bodies.Count.ShouldBe(3);
        slack.Bodies[^1].ShouldContain("sandbox was rolled back");
        run.Output.ShouldNotContain(slack.Address);
    }

    [Fact]
    public void One_that_is_cancelled_while_it_undoes_undoes_that_to_its_end_and_exits_with_130()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Scenario.Far.At = moment => moment == "undo DeployVercel/deployvercel" ? run.SignalAsync() : Task.CompletedTask;
        run.Start("Rollback", "--to", "nothing").ShouldBe(130, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public async Task One_that_is_cancelled_while_it_waits_touches_nothing_and_exits_with_130()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Scenario.Far.Asked.Clear();
        // Long enough for the run to come to its waiting; where it has not, it ends the same way.
        using var signal = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        await using var heard = signal.Token.Register(() => run.SignalAsync().GetAwaiter().GetResult());
        var store = new FileDeploymentStore(Path.Combine(run.Root, ".nuke", "deployments"), TimeProvider.System);
        await store.TryAcquireAsync("sandbox", new("other", "eve", "there", 2), TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        run.Start("Rollback", "--to", "nothing", "--wait", "15m").ShouldBe(130, run.Output);

        run.Scenario.Far.Asked.ShouldBeEmpty();
        run.Report("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public void One_that_is_aborted_halfway_through_exits_with_2_and_its_report_names_the_rest()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Scenario.Far.At = async moment =>
        {
            if (moment != "undo DeployK8s/deployk8s")
                return;
            await run.SignalAsync();
            await run.SignalAsync();
            throw new OperationCanceledException("aborted");
        };

        run.Start("Rollback", "--to", "nothing").ShouldBe(2, run.Output);

        run.Report("outcome").ShouldBe("needsAttention");
        run.Report("cancelled").ShouldBe("True");
        run.Report("undone").ShouldContain("DeployVercel/deployvercel");
        run.Report("toDo").ShouldContain("Migrate/migrate: is changed and not undone");
        run.Report("leftovers").ShouldContain("Backup/backup");
    }

    [Fact]
    public async Task A_release_whose_rollback_was_killed_is_not_resumed_but_rolled_back_to_its_end()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        var cancellation = TestContext.Current.CancellationToken;
        await using (var store = new FileDeploymentStore(Path.Combine(run.Root, ".nuke", "deployments"), TimeProvider.System))
        {
            var id = DeploymentId.Parse((await store.ListAsync("sandbox", 1, cancellation))[0].Header.Id);
            var records = await store.ReadAsync("sandbox", id, cancellation).ToListAsync(cancellation);
            var (_, lease) = await store.TryAcquireAsync("sandbox", new("dying", "eve", "there", 2), TimeSpan.FromMinutes(1), cancellation);
            var begun = records.Last(record => record.Step?.Stage == "DeployVercel") with { Sequence = records[^1].Sequence + 1, Event = JournalEvent.Compensating };
            await store.AppendAsync(lease, id, begun, cancellation);
            await store.ReleaseAsync(lease, cancellation);
        }

        run.Start("Deploy", "--resume").ShouldBe(3, run.Output);
        run.Output.ShouldContain("has begun already");
        run.Scenario.Far["migrate"].ShouldBe("new");
        run.Start("Rollback").ShouldBe(0, run.Output);
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void A_rollback_that_breaks_off_exits_with_2()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Scenario.Far.At = moment => moment.StartsWith("undo", StringComparison.Ordinal) ? throw new IOException("gone") : Task.CompletedTask;
        run.Start("Rollback", "--to", "nothing").ShouldBe(2, run.Output);
    }
}
