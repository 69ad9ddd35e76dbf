namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>Two deployments to one environment are never at work together.</summary>
public sealed class ConcurrencyTests(LiveProduct live)
{
    static readonly Dictionary<string, string?> Unchanged = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_deployment_that_waits_begins_when_the_first_has_ended()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        using var elsewhere = await loan.Workspace.CloneAgainAsync(Cancellation);
        await elsewhere.ReleaseAsync("a second release", Cancellation);
        await using var first = await loan.BeginRolloutThatHangsAsync(Cancellation);
        await using var second = await loan.Product.BeginAsync(elsewhere, Unchanged, "DeployProduction", "--wait", "2m");
        await second.UntilAsync(() => second.Output.Contains("waiting until", StringComparison.Ordinal), Cancellation);
        loan.ClearFaults();

        var one = (await first.EndAsync(Cancellation)).ShouldEnd(0, "succeeded");
        var other = (await second.EndAsync(Cancellation)).ShouldEnd(0, "succeeded");

        Ended(one).ShouldBeLessThanOrEqualTo(Begun(other), other.Output);
        FarSides.Frontend(loan.Product.Parts).ShouldBe($"frontend {other.VercelDeployment}");
    }

    [Fact]
    public async Task Status_and_history_answer_while_a_deployment_runs()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        await using var first = await loan.BeginRolloutThatHangsAsync(Cancellation);

        var status = await loan.RunAsync(Cancellation, "Status");
        var history = await loan.RunAsync(Cancellation, "History");

        loan.ClearFaults();
        var run = (await first.EndAsync(Cancellation)).ShouldEnd(0, "succeeded");
        status.ExitCode.ShouldBe(0, status.Output);
        status.Output.ShouldContain($"{Environment.UserName}@{Environment.MachineName}");
        status.Output.ShouldContain(run.Id);
        history.ExitCode.ShouldBe(0, history.Output);
        history.Output.Split('\n').ShouldContain(line => line.Contains(run.Id, StringComparison.Ordinal) && line.Contains("unfinished", StringComparison.Ordinal));
        var after = await loan.RunAsync(Cancellation, "History");
        after.Output.Split('\n').ShouldContain(line => line.Contains(run.Id, StringComparison.Ordinal) && line.Contains("ucceeded", StringComparison.Ordinal));
    }

    // Of the first, its last step; of the second, its first one: between the two lies the lease.
    static DateTimeOffset Ended(DeployerRun run) => Steps(run, "endedAt").Max();

    static DateTimeOffset Begun(DeployerRun run) => Steps(run, "startedAt").Min();

    static IEnumerable<DateTimeOffset> Steps(DeployerRun run, string time) =>
        run.Report!["steps"]!.AsArray().Select(step => DateTimeOffset.Parse((string)step![time]!, System.Globalization.CultureInfo.InvariantCulture));
}
