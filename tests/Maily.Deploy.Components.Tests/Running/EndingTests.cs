using Maily.Deploy.Backups;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>How a run ends: exit code, report, and what is left on the far side.</summary>
public sealed class EndingTests
{
    [Fact]
    public void A_complete_deployment_exits_with_0()
    {
        using var run = new SampleRun();
        run.Start("Deploy").ShouldBe(0, run.Output);
        run.Report("outcome").ShouldBe("succeeded");
        run.Scenario.Far["deployvercel"].ShouldBe("new");
    }

    [Fact]
    public void A_failed_deployment_that_was_undone_exits_with_1()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "apply DeployVercel/deployvercel" ? throw new IOException("no promotion") : Task.CompletedTask;
        run.Start("Deploy").ShouldBe(1, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Report("firstCause").ShouldContain("DeployVercel");
        run.Scenario.Far["migrate"].ShouldBeNull();
        run.Scenario.Far["deployk8s"].ShouldBeNull();
    }

    [Fact]
    public void What_only_a_person_can_undo_exits_with_2_and_the_report_says_what()
    {
        using var run = new SampleRun { Scenario = new Scenario { NeedsPerson = true } };
        run.Scenario.Far.At = moment => moment == "apply DeployVercel/deployvercel" ? throw new IOException("no promotion") : Task.CompletedTask;
        run.Start("Deploy").ShouldBe(2, run.Output);
        run.Report("outcome").ShouldBe("needsAttention");
        run.Report("toDo").ShouldContain("put migrate back");
    }

    [Fact]
    public void A_secret_that_an_error_quotes_stands_nowhere()
    {
        using var run = new SampleRun { Scenario = new Scenario { Variables = [new ProcessEnvironmentSource(new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-proj-0123456789abcdef" })] } };
        run.Scenario.Far.At = moment => moment switch
        {
            "apply DeployVercel/deployvercel" => throw new IOException("cannot open https://x?key=sk-proj-0123456789abcdef"),
            "undo Migrate/migrate" => throw new IOException("cannot undo with sk-proj-0123456789abcdef"),
            _ => Task.CompletedTask,
        };
        run.Start("Deploy").ShouldBe(2, run.Output);
        run.Output.ShouldNotContain("0123456789abcdef");
        run.Output.ShouldContain("cannot open https://x?key=***");
        run.Report("firstCause").ShouldContain("key=***");
        run.Report("toDo").ShouldContain("cannot undo with ***");
        foreach (var file in Directory.GetFiles(run.Root, "*.json*", SearchOption.AllDirectories).Concat(Directory.GetFiles(run.Root, "*.md", SearchOption.AllDirectories)))
            File.ReadAllText(file).ShouldNotContain("0123456789abcdef", customMessage: file);
    }

    [Fact]
    public void A_refused_deployment_exits_with_3_touches_nothing_and_leaves_a_report()
    {
        using var run = new SampleRun { Scenario = new Scenario { Check = CheckResult.Fail("the sample is broken", "Mend it.") } };
        run.Start("Deploy").ShouldBe(3, run.Output);
        run.Report("outcome").ShouldBe("refused");
        run.Report("firstCause").ShouldContain("the sample is broken");
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_backup_that_cannot_be_made_refuses_a_deployment_that_has_touched_nothing_else()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "apply Backup/backup" ? throw new BackupSpaceException("the disk", null) : Task.CompletedTask;
        run.Start("Backup").ShouldBe(3, run.Output);
        run.Report("outcome").ShouldBe("refused");
        run.Report("firstCause").ShouldContain("no space left");
    }

    [Fact]
    public void It_refuses_a_whole_deployment_too_whatever_was_only_added_beside_it()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "apply Backup/backup" ? throw new BackupSpaceException("the disk", null) : Task.CompletedTask;
        run.Start("Deploy").ShouldBe(3, run.Output);
        run.Report("outcome").ShouldBe("refused");
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void What_refuses_after_something_live_was_touched_is_a_failure_that_was_undone()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "apply DeployK8s/deployk8s" ? throw new BackupSpaceException("the disk", null) : Task.CompletedTask;
        run.Start("Deploy").ShouldBe(1, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void A_cancelled_deployment_exits_with_130_and_is_undone()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = async moment =>
        {
            if (moment != "apply DeployK8s/deployk8s")
                return;
            await run.SignalAsync();
            throw new OperationCanceledException("stopped");
        };
        run.Start("Deploy").ShouldBe(130, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Report("cancelled").ShouldBe("True");
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void One_whose_undoing_is_cut_off_leaves_a_report_that_says_how_to_go_on()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = async moment =>
        {
            if (moment == "apply DeployK8s/deployk8s")
                throw new IOException("no answer");
            if (moment != "undo Migrate/migrate")
                return;
            await run.SignalAsync();
            await run.SignalAsync();
            throw new OperationCanceledException();
        };
        run.Start("Deploy").ShouldBe(2, run.Output);
        run.Report("outcome").ShouldBe("needsAttention");
        run.Report("toDo").ShouldContain("./build.sh Rollback");
        run.Report("firstCause").ShouldContain("DeployK8s");
        run.Scenario.Far.At = _ => Task.CompletedTask;
        run.Start("Rollback", "--unfinished-only").ShouldBe(0, run.Output);
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void A_deployment_that_is_cancelled_between_two_targets_is_undone_and_no_release()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment => moment == "verify Migrate/migrate" ? run.SignalAsync() : Task.CompletedTask;
        run.Start("Deploy", "--parallel", "1").ShouldBe(130, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Scenario.Far["migrate"].ShouldBeNull();
        run.Scenario.Far.Asked.ShouldNotContain("apply DeployK8s/deployk8s");
    }

    [Fact]
    public void A_run_that_is_cancelled_while_it_checks_deploys_nothing_and_exits_with_130()
    {
        SampleRun? run = null;
        using var cancelled = run = new SampleRun { Scenario = new Scenario { WhileChecking = () => run!.SignalAsync() } };
        run.Start("Deploy").ShouldBe(130, run.Output);
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_waits_for_the_lease_is_let_go_by_the_first_signal()
    {
        using var run = new SampleRun();
        // Long enough for the run to come to its waiting; where it has not, it ends the same way.
        using var signal = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        await using var heard = signal.Token.Register(() => run.SignalAsync().GetAwaiter().GetResult());
        var store = new FileDeploymentStore(Path.Combine(run.Root, ".nuke", "deployments"), TimeProvider.System);
        await store.TryAcquireAsync("sandbox", new("other", "eve", "there", 2), TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        var begun = TimeProvider.System.GetTimestamp();

        run.Start("Deploy", "--wait", "15m").ShouldBe(130, run.Output);

        TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(25));
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void When_a_target_of_the_team_s_own_fails_the_deployment_is_undone()
    {
        using var run = new SampleRun { Scenario = new Scenario { SeedFails = true } };
        run.Start("Deploy").ShouldBe(1, run.Output);
        run.Report("outcome").ShouldBe("rolledBack");
        run.Report("firstCause").ShouldContain("Seed");
        run.Scenario.Far["migrate"].ShouldBeNull();
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_no_success()
    {
        using var run = new SampleRun();
        run.Scenario.Far.At = moment =>
        {
            if (moment == "verify DeployVercel/deployvercel")
                Directory.CreateDirectory(Path.Combine(Directory.GetDirectories(Path.Combine(run.Root, "artifacts", "deployments")).Single(), "report.json"));
            return Task.CompletedTask;
        };
        run.Start("Deploy").ShouldBe(2, run.Output);
    }

    [Fact]
    public void Validate_alone_leaves_no_report()
    {
        using var run = new SampleRun();
        run.Start("Validate").ShouldBe(0, run.Output);
        run.Reports.ShouldBeEmpty();
    }

    [Fact]
    public void A_deployment_that_skips_its_checks_is_ended_all_the_same()
    {
        using var run = new SampleRun();
        run.Start("Deploy", "--skip", "Validate").ShouldBe(0, run.Output);
        run.Report("outcome").ShouldBe("succeeded");
        run.Start("Deploy", "--skip", "Validate").ShouldBe(0, run.Output);
    }

    [Fact]
    public void Without_Prepare_nothing_is_touched()
    {
        using var run = new SampleRun();
        run.Start("Deploy", "--skip", "Prepare").ShouldBe(3, run.Output);
        run.Output.ShouldContain("no deployment was begun");
        run.Scenario.Far.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("DeployVercel")]
    [InlineData("StageVercel DeployVercel DeployK8s")]
    public void A_skip_flag_wins_over_a_target_s_name(string targets)
    {
        using var run = new SampleRun();
        run.Start([.. targets.Split(' '), "--skip-frontend"]).ShouldBe(0, run.Output);
        run.Scenario.Far.Asked.ShouldNotContain(moment => moment.Contains("Vercel/", StringComparison.Ordinal));
        run.Output.ShouldContain("OnlyWhen: !SkipFrontend");
    }

    [Fact]
    public void A_skipped_part_is_skipped_in_the_report()
    {
        using var run = new SampleRun();
        run.Start("Deploy", "--skip-frontend").ShouldBe(0, run.Output);
        run.Report("targets").ShouldMatch("\"DeployVercel\"[^}]*\"skipped\"");
        run.Scenario.Far["deployvercel"].ShouldBeNull();
    }

    [Fact]
    public void A_failure_after_the_report_still_fails_the_run()
    {
        using var run = new SampleRun();
        run.Start("Deploy", "Afterwards").ShouldBe(255, run.Output);
        run.Report("outcome").ShouldBe("succeeded");
    }
}
