using Nuke.Common;
using Nuke.Common.Execution;
using Serilog;

namespace NukeRunner.Tests.Runs;

public sealed class RunTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Others_go_on_after_a_target_that_allows_it_and_the_build_fails_at_the_end()
    {
        run.Start<FlakyBuild>(x => x.All).ShouldBe(255);
        run.Output.ShouldContain("Flaky              Failed        < 1sec   // InvalidOperationException: flaky");
        run.Output.ShouldContain("All                Succeeded");
    }

    [Fact]
    public void The_build_s_own_exit_code_wins()
    {
        run.Start<ExitBuild>(x => x.All).ShouldBe(2);
        run.Start<ExitBuild>(x => x.All, "Good").ShouldBe(7);
    }

    [Fact]
    public void A_target_without_actions_is_collective()
    {
        run.Start<HookedBuild>(x => x.All).ShouldBe(0);
        run.Output.ShouldContain("All                Collective");
    }

    [Fact]
    public void Hooks_are_called_in_order()
    {
        run.Start<HookedBuild>(x => x.All).ShouldBe(0);
        HookedBuild.Calls(run.Build!).ShouldBe(
            ["attribute created 3", "created", "initialized 3", "skipped Never", "running Work", "succeeded Work", "finished"]);
    }

    [Fact]
    public void A_stack_trace_is_shown_only_when_asked_for()
    {
        run.Start<FlakyBuild>(x => x.All).ShouldBe(255);
        run.Output.ShouldContain("System.InvalidOperationException: flaky\n");
        run.Output.ShouldNotContain("   at ");
        run.Start<FlakyBuild>(x => x.All, "--verbosity", "verbose").ShouldBe(255);
        run.Output.ShouldContain("   at ");
    }

    [Fact]
    public void Less_is_logged_when_less_is_wanted()
    {
        run.Start<HookedBuild>(x => x.All, "--verbosity", "minimal").ShouldBe(0);
        run.Output.ShouldNotContain("worked");
    }

    [Fact]
    public void A_target_adds_facts_to_its_line_of_the_summary()
    {
        run.Start<HookedBuild>(x => x.All).ShouldBe(0);
        run.Output.ShouldContain("Work               Succeeded     < 1sec   // Images: 3");
    }

    [Fact]
    public void The_task_of_an_asynchronous_action_is_dropped_as_NUKE_drops_it()
    {
        run.Start<AsyncTrapBuild>(x => x.Lost).ShouldBe(0);
        run.Start<AsyncTrapBuild>(x => x.Lost, "Seen").ShouldBe(255);
    }

    class FlakyBuild : NukeBuild
    {
        Target Flaky => _ => _.ProceedAfterFailure().Executes(() => throw new InvalidOperationException("flaky"));
        public Target All => _ => _.DependsOn(Flaky).Executes(() => { });
    }

    class ExitBuild : NukeBuild
    {
        Target Good => _ => _.Executes(() => { ExitCode = 7; });
        public Target All => _ => _.Executes(() =>
        {
            ExitCode = 2;
            throw new InvalidOperationException("bad");
        });
    }

    class CountingAttribute : BuildExtensionAttributeBase, IOnBuildCreated
    {
        public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
            => ((HookedBuild)Build).Add($"attribute created {executableTargets.Count}");
    }

    [Counting]
    class HookedBuild : NukeBuild
    {
        readonly List<string> calls = [];

        public static List<string> Calls(NukeBuild build) => ((HookedBuild)build).calls;

        public void Add(string call) => calls.Add(call);

        Target Never => _ => _.OnlyWhenDynamic(() => false).Executes(() => { });
        Target Work => _ => _.After(Never).Executes(() =>
        {
            Log.Information("worked");
            ReportSummary(x =>
            {
                x["Images"] = "3";
                return x;
            });
        });
        public Target All => _ => _.DependsOn(Never, Work);

        protected internal override void OnBuildCreated() => Add("created");
        protected internal override void OnBuildInitialized() => Add($"initialized {ExecutionPlan.Count}");
        protected internal override void OnBuildFinished() => Add("finished");
        protected internal override void OnTargetRunning(string target) => Add($"running {target}");
        protected internal override void OnTargetSkipped(string target) => Add($"skipped {target}");
        protected internal override void OnTargetSucceeded(string target) => Add($"succeeded {target}");
    }

    class AsyncTrapBuild : NukeBuild
    {
        public Target Lost => _ => _.Executes(() => Fail());
        Target Seen => _ => _.Executes((Func<Task>)(() => Fail()));

        static async Task<int> Fail()
        {
            await Task.Yield();
            throw new InvalidOperationException("lost");
        }
    }
}
