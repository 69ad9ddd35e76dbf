using Nuke.Common;
using Serilog;

namespace NukeRunner.Tests.Runs;

public sealed class ParallelTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Independent_targets_run_side_by_side_and_their_lines_stand_below_their_names()
    {
        run.Start<MeetingBuild>(x => x.All, "--parallel", "2").ShouldBe(0, run.Output);
        LinesBelowTheirHeaders().Order(StringComparer.Ordinal)
            .ShouldBe(["Left: left 1", "Left: left 2", "Right: right 1", "Right: right 2"]);
    }

    [Fact]
    public void What_ends_first_is_seen_at_once_and_the_oldest_goes_on_below()
    {
        run.Start<OvertakingBuild>(x => x.All, "--parallel", "2").ShouldBe(0, run.Output);
        var output = run.Output;
        int At(string text) => output.IndexOf(text, StringComparison.Ordinal);
        At("slow starts").ShouldBeLessThan(At("quick is done"));
        At("quick is done").ShouldBeLessThan(At("║ Slow (continued)"));
        At("║ Slow (continued)").ShouldBeLessThan(At("slow is done"));
    }

    [Fact]
    public void One_after_another_is_the_order_of_the_plan()
    {
        run.Start<CountingBuild>(x => x.All, "--parallel", "1").ShouldBe(0);
        CountingBuild.Highest(run.Build!).ShouldBe(1);
    }

    [Fact]
    public void No_more_run_at_once_than_asked_for()
    {
        run.Start<CountingBuild>(x => x.All, "--parallel", "2").ShouldBe(0);
        CountingBuild.Highest(run.Build!).ShouldBe(2);
    }

    [Fact]
    public void A_failing_sibling_stops_the_others_which_may_finish()
    {
        run.Start<SiblingBuild>(x => x.All, "--parallel", "2").ShouldBe(255, run.Output);
        run.Output.ShouldContain("Finishing          Succeeded");
        run.Output.ShouldContain("Failing            Failed");
        run.Output.ShouldContain("Later              NotRun");
        run.Output.ShouldContain("stopped=True aborted=False");
        run.Output.ShouldContain("Clean              Succeeded");
        run.Output.ShouldContain("clean stopped=False");
    }

    IEnumerable<string> LinesBelowTheirHeaders()
    {
        var header = "";
        foreach (var line in run.Output.Split('\n'))
        {
            header = line.StartsWith("║ ", StringComparison.Ordinal) ? line[2..].Split(' ')[0] : header;
            if (line.Contains("[INF]", StringComparison.Ordinal))
                yield return $"{header}: {line.Split("[INF] ")[1]}";
        }
    }

    class MeetingBuild : NukeBuild
    {
        readonly Barrier barrier = new(2);

        Target Left => _ => _.Executes(() => Meet("left"));
        Target Right => _ => _.Executes(() => Meet("right"));
        public Target All => _ => _.DependsOn(Left, Right);

        void Meet(string name)
        {
            barrier.SignalAndWait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            Log.Information("{Name} 1", name);
            barrier.SignalAndWait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            Log.Information("{Name} 2", name);
        }
    }

    class OvertakingBuild : NukeBuild
    {
        readonly ManualResetEventSlim started = new();
        readonly ManualResetEventSlim over = new();

        Target Slow => _ => _.Executes(() =>
        {
            Log.Information("slow starts");
            started.Set();
            over.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            Log.Information("slow is done");
        });
        Target Quick => _ => _.After(Before).DependsOn(Before).Executes(() =>
        {
            started.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            Log.Information("quick is done");
        });
        Target Before => _ => _.Executes(() => { });
        Target Release => _ => _.DependsOn(Quick).Executes(over.Set);
        public Target All => _ => _.DependsOn(Slow, Release);
    }

    class CountingBuild : NukeBuild
    {
        int running;
        int highest;

        public static int Highest(NukeBuild build) => ((CountingBuild)build).highest;

        Target A => _ => _.Executes(Count);
        Target B => _ => _.Executes(Count);
        Target C => _ => _.Executes(Count);
        Target D => _ => _.Executes(Count);
        public Target All => _ => _.DependsOn(A, B, C, D);

        void Count()
        {
            var now = Interlocked.Increment(ref running);
            lock (this)
                highest = Math.Max(highest, now);
            SpinWait.SpinUntil(() => Volatile.Read(ref running) > 1, 100);
            Interlocked.Decrement(ref running);
        }
    }

    class SiblingBuild : NukeBuild
    {
        readonly ManualResetEventSlim both = new();

        Target Finishing => _ => _.Executes(() =>
        {
            both.Set();
            Cancellation.Stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            Log.Information("stopped={Stop} aborted={Abort}",
                Cancellation.Stop.IsCancellationRequested, Cancellation.Abort.IsCancellationRequested);
        });
        Target Failing => _ => _.Executes(() =>
        {
            both.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
            throw new InvalidOperationException("failed");
        });
        Target Later => _ => _.DependsOn(Finishing).Executes(() => { });
        Target Clean => _ => _.AssuredAfterFailure().TriggeredBy(All)
            .Executes(() => Log.Information("clean stopped={Stop}", Cancellation.Stop.IsCancellationRequested));
        public Target All => _ => _.DependsOn(Later, Failing).Executes(() => { });
    }
}
