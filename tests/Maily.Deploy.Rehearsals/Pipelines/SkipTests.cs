namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class SkipTests(LiveProduct live)
{
    static readonly string[] VercelVariables = ["VERCEL_TOKEN", "VERCEL_ORG_ID", "VERCEL_PROJECT_ID", "VERCEL_API_URL"];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--skip-infra")]
    [InlineData("--skip-database", "Backup", "Migrate")]
    [InlineData("--skip-images", "BuildImages", "ScanImages", "PushImages")]
    [InlineData("--skip-kubernetes", "DeployK8s")]
    [InlineData("--skip-frontend", "StageVercel", "DeployVercel")]
    [InlineData("--skip-smoke", "SmokeTest")]
    public async Task A_part_that_is_left_out_is_said_to_be_skipped_and_stays_as_it_is(string flag, params string[] skipped)
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);

        var run = (await loan.RunAsync(Cancellation, "DeployProduction", flag)).ShouldEnd(0, "succeeded");

        foreach (var target in new[] { "BuildImages", "ScanImages", "PushImages", "Backup", "StageVercel", "Migrate", "DeployK8s", "DeployVercel", "SmokeTest" })
            run.StatusOf(target).ShouldBe(skipped.Contains(target) ? "skipped" : "succeeded", target);
        foreach (var target in skipped)
            run.Output.Split('\n').ShouldContain(line => line.StartsWith(target, StringComparison.Ordinal) && line.Contains("Skipped", StringComparison.Ordinal));
        var after = await loan.Product.ReadAsync(Cancellation);
        if (flag == "--skip-frontend")
            after[^1].ShouldBe(before[^1]);
        if (flag == "--skip-kubernetes")
            after[..^1].ShouldBe(before[..^1]);
        if (flag == "--skip-images")
            FarSides.ImagesIn(loan.Product.Parts).ShouldAllBe(image => before.Any(line => line.Contains(image, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_the_frontend_nothing_of_Vercel_is_needed_or_touched()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var asked = loan.Product.Parts.Vercel.Requests.All.Count;

        var run = (await loan.RunAsync(VercelVariables.ToDictionary(name => name, _ => (string?)null), Cancellation, "DeployProduction", "--skip-frontend", "--skip-infra"))
            .ShouldEnd(0, "succeeded");

        run.StatusOf("DeployVercel").ShouldBe("skipped");
        run.Output.ShouldContain("SkipFrontend");
        loan.Product.Parts.Vercel.Requests.All.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task An_unknown_flag_is_refused_with_the_nearest_name()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        var run = await loan.RunAsync(Cancellation, "DeployProduction", "--skip-frontned");
        run.ExitCode.ShouldNotBe(0);
        run.Output.ShouldContain("--skip-frontend");
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before);
    }
}
