using Microsoft.Extensions.Time.Testing;
using Nuke.Common;
using NukeRunner.Runs;
using Serilog;

namespace NukeRunner.Tests.Runs;

public sealed class CancellationTests : IDisposable
{
    readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch);
    readonly RunningABuild run;

    public CancellationTests() => run = new RunningABuild { Time = time };

    public void Dispose() => run.Dispose();

    [Fact]
    public void A_signal_stops_admitting_and_running_targets_finish()
    {
        Start("Patient").ShouldBe(130, run.Output);
        run.Output.ShouldContain("Patient            Succeeded");
        run.Output.ShouldContain("All                NotRun");
        run.Output.ShouldContain("patient aborted=False");
        run.Output.ShouldContain("Clean              Succeeded");
        run.Output.ShouldContain("clean stop=False abort=False");
    }

    [Fact]
    public void A_second_signal_aborts_what_runs_but_not_what_cleans_up()
    {
        Start("Stubborn").ShouldBe(130, run.Output);
        run.Output.ShouldContain("Stubborn           Aborted");
        run.Output.ShouldContain("clean stop=False abort=False");
    }

    [Fact]
    public void After_the_grace_period_running_targets_are_aborted()
    {
        Start("Slow", "--grace", "5s").ShouldBe(130, run.Output);
        run.Output.ShouldContain("running ones have 5 s");
        run.Output.ShouldContain("Slow               Aborted");
    }

    [Fact]
    public void One_more_signal_aborts_the_cleaning_up()
    {
        Start("LongCleaning").ShouldBe(130, run.Output);
        run.Output.ShouldContain("Tidy               Aborted");
    }

    [Fact]
    public void The_build_s_exit_code_wins_over_that_of_a_cancellation()
        => Start("Coded").ShouldBe(4, run.Output);

    [Fact]
    public void A_run_that_was_complete_when_the_signal_came_has_succeeded()
        => Start("Complete").ShouldBe(0, run.Output);

    [Fact]
    public void A_name_for_targets_that_were_all_done_when_the_signal_came_is_done_too()
    {
        Start("Complete", "Whole").ShouldBe(0, run.Output);
        run.Output.ShouldContain("Whole              Collective");
    }

    [Fact]
    public void Outside_of_a_run_nothing_is_cancelled()
    {
        Cancellation.Stop.IsCancellationRequested.ShouldBeFalse();
        Cancellation.Current.Abort.IsCancellationRequested.ShouldBeFalse();
    }

    int Start(string target, params string[] arguments)
    {
        SignalledBuild.Clock.Value = time;
        return run.Start<SignalledBuild>(x => x.All, [target, .. target is "Complete" or "LongCleaning" ? Array.Empty<string>() : ["All"], .. arguments]);
    }

    class SignalledBuild : NukeBuild
    {
        public static AsyncLocal<FakeTimeProvider?> Clock { get; } = new();

        Target Patient => _ => _.Executes(() =>
        {
            Signal(Cancellation.Stop);
            Log.Information("patient aborted={Abort}", Cancellation.Abort.IsCancellationRequested);
        });
        Target Stubborn => _ => _.Executes(() =>
        {
            Signal(Cancellation.Stop);
            Signal(Cancellation.Abort);
            Cancellation.Abort.ThrowIfCancellationRequested();
        });
        Target Slow => _ => _.Executes(() =>
        {
            Signal(Cancellation.Stop);
            Clock.Value!.Advance(TimeSpan.FromSeconds(5));
            Await(Cancellation.Abort);
            Cancellation.Abort.ThrowIfCancellationRequested();
        });
        Target Coded => _ => _.Executes(() =>
        {
            ExitCode = 4;
            Signal(Cancellation.Stop);
        });
        Target Complete => _ => _.Executes(() => Signal(Cancellation.Stop));
        Target Whole => _ => _.DependsOn(Complete);
        Target LongCleaning => _ => _.Triggers(Tidy).Executes(() =>
        {
            Signal(Cancellation.Stop);
            Cancellation.Stop.ThrowIfCancellationRequested();
        });
        Target Tidy => _ => _.AssuredAfterFailure().Executes(() =>
        {
            Signal(Cancellation.Abort);
            Cancellation.Abort.ThrowIfCancellationRequested();
        });
        public Target All => _ => _.After(Patient, Stubborn, Slow, Coded).Executes(() => { });
        Target Clean => _ => _.AssuredAfterFailure().TriggeredBy(All).Executes(() => Log.Information("clean stop={Stop} abort={Abort}",
            Cancellation.Stop.IsCancellationRequested, Cancellation.Abort.IsCancellationRequested));

        static void Signal(CancellationToken expected)
        {
            BuildRun.Current.Cancellation.Signal().ShouldBeTrue();
            Await(expected);
        }

        static void Await(CancellationToken token)
            => token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)).ShouldBeTrue();
    }
}
