namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class RollbackTests
{
    static readonly Dictionary<string, string?> Unchanged = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rollback_goes_back_to_the_release_before_and_a_second_one_says_that_it_is_done()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var first = await product.ReadAsync(Cancellation);
        await product.Workspace.ReleaseAsync("a second release", Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        (await product.ReadAsync(Cancellation)).ShouldNotBe(first);

        var back = await product.RunAsync(Cancellation, "Rollback");

        back.ExitCode.ShouldBe(0, back.Output);
        (await product.ReadAsync(Cancellation)).ShouldBe(first, back.Output);
        var again = await product.RunAsync(Cancellation, "Rollback");
        again.ExitCode.ShouldBe(0, again.Output);
        again.Output.ShouldContain("rolled back already");
        (await product.ReadAsync(Cancellation)).ShouldBe(first, again.Output);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(3, "refused").Cause.ShouldContain("Release");
    }

    [Fact]
    public async Task What_a_deployment_did_whose_job_was_cancelled_and_killed_is_undone_from_another_machine()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var before = await product.ReadAsync(Cancellation);
        await product.Workspace.ReleaseAsync("killed", Cancellation);
        using var elsewhere = await product.Workspace.CloneAgainAsync(Cancellation);
        product.HangRollout();
        await using (var deployer = await product.BeginAsync("DeployProduction"))
        {
            await deployer.UntilAsync(() => product.HasNewImage(before), Cancellation);
            product.HangChanges();
            // As GitHub Actions ends a job, only faster.
            foreach (var signal in new[] { "INT", "TERM", "KILL" })
            {
                await deployer.SignalAsync(signal, Cancellation);
                await Task.Delay(300, Cancellation);
            }

            (await deployer.EndAsync(Cancellation)).ExitCode.ShouldBe(137);
        }

        product.ClearFaults();

        // Its lease has to run out first.
        var back = await product.RunAsync(elsewhere, Unchanged, Cancellation, "Rollback", "--unfinished-only", "--wait", "3m");
        back.ShouldEnd(0, "rolledBack").Sentences("leftovers").ShouldContain(line => line.StartsWith("Backup/", StringComparison.Ordinal), back.Output);
        (await product.ReadAsync(Cancellation)).ShouldBe(before, back.Output);
    }
}
