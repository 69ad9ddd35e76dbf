using System.Collections.Concurrent;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Tests.Deployments.Steps;

public sealed class StageRunnerTests : IDisposable
{
    readonly World world = new();
    readonly ConcurrentQueue<string> done = new();

    [Fact]
    public async Task A_step_waits_for_those_it_names_and_others_run_side_by_side()
    {
        var both = new TaskCompletionSource();
        var running = 0;
        await RunAsync(async (step, _) =>
        {
            if (step.Id.Name is "a" or "b" && Interlocked.Increment(ref running) == 2)
                both.SetResult();
            if (step.Id.Name is "a" or "b")
                await both.Task.WaitAsync(TimeSpan.FromSeconds(10), World.Cancellation);
            done.Enqueue(step.Id.Name);
        }, StopSignals.None, Step("a"), Step("b"), Step("c", "a", "b"));

        done.Count.ShouldBe(3);
        done.Last().ShouldBe("c");
    }

    [Fact]
    public async Task A_failing_step_lets_running_ones_finish_and_admits_no_further()
    {
        var failed = new TaskCompletionSource();
        var error = await Should.ThrowAsync<IOException>(RunAsync(async (step, cancellation) =>
        {
            if (step.Id.Name == "broken")
            {
                failed.SetResult();
                throw new IOException("first");
            }

            await failed.Task;
            cancellation.IsCancellationRequested.ShouldBeFalse();
            done.Enqueue(step.Id.Name);
        }, StopSignals.None, Step("slow"), Step("broken"), Step("later", "slow")));

        error.Message.ShouldBe("first");
        done.ShouldBe(["slow"]);
    }

    [Fact]
    public async Task Stop_lets_running_steps_finish_and_abort_ends_them()
    {
        using var stop = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(RunAsync(async (step, _) =>
        {
            await stop.CancelAsync();
            done.Enqueue(step.Id.Name);
        }, new StopSignals(stop.Token, abort.Token), Step("running"), Step("later", "running")));
        done.ShouldBe(["running"]);

        await Should.ThrowAsync<OperationCanceledException>(RunAsync(async (_, cancellation) =>
        {
            await abort.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }, new StopSignals(CancellationToken.None, abort.Token), Step("running")));
    }

    [Fact]
    public async Task A_stage_that_is_no_graph_begins_no_step()
    {
        foreach (var steps in new Step[][] { [Step("a"), Step("b", "missing")], [Step("a"), Step("a")], [Step("a", "b"), Step("b")] })
            await Should.ThrowAsync<BrokenPipelineException>(RunAsync((step, _) => { done.Enqueue(step.Id.Name); return Task.CompletedTask; }, StopSignals.None, steps));

        done.ShouldBeEmpty();
    }

    public void Dispose() => world.Dispose();

    static Task RunAsync(Func<Step, CancellationToken, Task> run, StopSignals signals, params Step[] steps) => new StageRunner(run).RunAsync([.. steps], signals);

    Step Step(string name, params string[] after) => world.Step($"Migrate/{name}", "new", StepKind.Reversible, [.. after.Select(other => $"Migrate/{other}")]);
}
