using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Validation;

public sealed class CheckRunnerTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_failing_check_hides_no_other_and_the_order_stays()
    {
        Check[] checks =
        [
            new("A", "slow", async cancellation => { await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation); return CheckResult.Pass("fine"); }),
            new("A", "typed", _ => throw new MissingVariableException("VERCEL_TOKEN")),
            new("A", "foreign", _ => throw new InvalidOperationException("password=hunter22")),
            new("A", "warning", _ => Task.FromResult(CheckResult.Warn("odd", "look"))),
        ];

        var report = await new CheckRunner(TimeProvider.System).RunAsync(checks, [], Token);

        report.Lines.Select(line => line.Result.Outcome).ShouldBe([CheckOutcome.Passed, CheckOutcome.Failed, CheckOutcome.Failed, CheckOutcome.Warning]);
        report.Lines[1].Result.Fact.ShouldBe("VERCEL_TOKEN is not set.");
        report.Lines[2].ToString().ShouldNotContain("hunter22");
    }

    [Fact]
    public async Task A_check_without_answer_fails_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var never = new Check("A", "never", _ => new TaskCompletionSource<CheckResult>().Task);
        var run = new CheckRunner(time).RunAsync([never], [], Token);
        run.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(10));

        (await run).Lines.ShouldHaveSingleItem().Result.Fact.ShouldBe("no answer within 10 s");
    }

    [Fact]
    public async Task Checks_of_stages_that_are_not_planned_are_left_out()
    {
        var vercel = new Check("Vercel", "token", _ => Task.FromResult(CheckResult.Fail("no", "do"))) { Stages = ["DeployVercel"] };

        (await new CheckRunner(TimeProvider.System).RunAsync([vercel], ["Migrate"], Token)).Lines.ShouldBeEmpty();
        (await new CheckRunner(TimeProvider.System).RunAsync([vercel], ["DeployVercel"], Token)).Passed.ShouldBeFalse();
    }

    [Fact]
    public async Task Only_as_many_run_at_once_as_allowed()
    {
        var (now, most) = (0, 0);
        var checks = Enumerable.Range(0, 20).Select(_ => new Check("A", "x", async cancellation =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
            Interlocked.Decrement(ref now);
            return CheckResult.Pass("");
        }));

        await new CheckRunner(TimeProvider.System) { Parallel = 3 }.RunAsync(checks, [], Token);

        most.ShouldBe(3);
    }

    static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value; seen = target)
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
