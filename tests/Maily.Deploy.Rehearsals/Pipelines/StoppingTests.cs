namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class StoppingTests(LiveProduct live)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_one_interrupt_the_running_rollout_ends_and_all_is_undone()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        await using var deployer = await loan.BeginRolloutThatHangsAsync(Cancellation);

        await deployer.SignalAsync("INT", Cancellation);
        loan.ClearFaults();

        var run = (await deployer.EndAsync(Cancellation)).ShouldEnd(130, "rolledBack");
        ((bool)run.Report!["cancelled"]!).ShouldBeTrue();
        run.StatusOf("DeployVercel").ShouldNotBe("succeeded");
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before, run.Output);
    }

    [Fact]
    public async Task A_second_interrupt_ends_the_rollout_too_and_all_is_undone()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        await using var deployer = await loan.BeginRolloutThatHangsAsync(Cancellation);

        await deployer.SignalAsync("INT", Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancellation);
        await deployer.SignalAsync("INT", Cancellation);

        var run = (await deployer.EndAsync(Cancellation)).ShouldEnd(130, "rolledBack");
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before, run.Output);
    }
}
