using Maily.Deploy.Deployments;
using Nuke.Common;
using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>Targets that run asynchronous work fail when it does, and can be cancelled.</summary>
public sealed class ExecutesAsyncTests : IDisposable
{
    static readonly AsyncLocal<RunningABuild?> Current = new();

    readonly RunningABuild run = new();

    public ExecutesAsyncTests() => Current.Value = run;

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("OfTask")]
    [InlineData("OfValue")]
    [InlineData("OfSignals")]
    [InlineData("AtOnce")]
    public void A_task_that_fails_fails_its_target(string target)
    {
        run.Start<AsyncBuild>(build => build.OfTask, target).ShouldBe(255, run.Output);
        run.Output.ShouldContain($"{target,-19}Failed");
        run.Output.ShouldContain("late failure");
    }

    [Fact]
    public void A_single_token_is_that_which_aborts()
    {
        run.Start<AsyncBuild>(build => build.OfTask, "OneToken").ShouldBe(0, run.Output);
        run.Output.ShouldContain("once False, twice True");
    }

    [Fact]
    public void Stop_comes_first_and_abort_second()
    {
        run.Start<AsyncBuild>(build => build.OfTask, "Cancelled").ShouldBe(0, run.Output);
        run.Output.ShouldContain("first: stop True, abort False");
        run.Output.ShouldContain("second: stop True, abort True");
    }

    sealed class AsyncBuild : NukeBuild
    {
        public Target OfTask => _ => _.ExecutesAsync(async (CancellationToken cancellation) => { await LateAsync(cancellation); });

        Target OfValue => _ => _.ExecutesAsync((CancellationToken cancellation) => LateAsync(cancellation));

        Target OfSignals => _ => _.ExecutesAsync(async (StopSignals signals) => await LateAsync(signals.Abort));

        Target AtOnce => _ => _.ExecutesAsync((CancellationToken _) => throw new InvalidDataException("late failure, at once"));

        Target Cancelled => _ => _.ExecutesAsync(async (StopSignals signals) =>
        {
            await SignalAsync(signals.Stop);
            Serilog.Log.Information("first: stop {Stop}, abort {Abort}", signals.Stop.IsCancellationRequested, signals.Abort.IsCancellationRequested);
            await SignalAsync(signals.Abort);
            Serilog.Log.Information("second: stop {Stop}, abort {Abort}", signals.Stop.IsCancellationRequested, signals.Abort.IsCancellationRequested);
        });

        Target OneToken => _ => _.ExecutesAsync(async (CancellationToken cancellation) =>
        {
            await SignalAsync(RunSignals.Current.Stop);
            var once = cancellation.IsCancellationRequested;
            await SignalAsync(RunSignals.Current.Abort);
            Serilog.Log.Information("once {Once}, twice {Twice}", once, cancellation.IsCancellationRequested);
        });

        static async Task<int> LateAsync(CancellationToken cancellation)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation);
            throw new InvalidDataException("late failure");
        }

        // Tokens are cancelled on another thread than that of the signal.
        static async Task SignalAsync(CancellationToken awaited)
        {
            Current.Value!.Run!.Cancellation.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, awaited).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
