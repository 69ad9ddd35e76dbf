using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>Each breaks one part of a new release, and finds every far side as it was before.</summary>
public sealed class FailureTests(LiveProduct live)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // It works on every database but this one, as one that stumbles over rows does.
    [Fact]
    public Task A_broken_migration_leaves_everything_as_it_was() => FailAsync(
        "Migrate", "broken on purpose", loan => loan.Workspace.Write("src/Platform/supabase/migrations/20990101000000_broken.sql",
            "create table public.half_made (id bigint primary key);\ndo $$ begin if to_regclass('maily_deploy.environment') is not null then raise 'broken on purpose'; end if; end $$;\n"));

    [Fact]
    public async Task A_migration_that_fails_on_any_database_is_refused_before_anything_is_touched()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        loan.Workspace.Write("src/Platform/supabase/migrations/20990101000000_broken.sql", "create table public.half_made (id bigint primary key);\ninsert into public.no_such_table values (1);\n");
        await loan.Workspace.ReleaseAsync("fails on any database", Cancellation);

        var run = (await loan.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(3, "refused");

        run.Output.ShouldContain("20990101000000_broken.sql:2: statement 2 of 2 failed with 42P01");
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before, run.Output);
    }

    [Fact]
    public Task An_image_that_does_not_build_leaves_everything_as_it_was() => FailAsync(
        "BuildImages", "no-such-program", loan => loan.Workspace.Append("src/Platform/services/vector-search/Dockerfile", "\nRUN no-such-program\n"));

    // The pods of the former release are not hit: they were there before.
    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("us-east-1")]
    public Task A_rollout_that_never_gets_ready_leaves_everything_as_it_was(string region) => FailAsync(
        "DeployK8s", "progress deadline", loan =>
        {
            loan.Workspace.Replace("src/Platform/kubernetes/base/api-gateway/deployment.yaml", "progressDeadlineSeconds: 300", "progressDeadlineSeconds: 3");
            FaultIn(loan, region, new NeverReady());
        });

    [Fact]
    public Task A_service_that_crashes_leaves_everything_as_it_was() => FailAsync(
        "DeployK8s", "crashed on purpose", loan => FaultIn(loan, "us-east-1", new CrashLoop { Log = ["crashed on purpose"] }));

    [Fact]
    public Task A_frontend_that_does_not_build_leaves_everything_as_it_was() => FailAsync(
        "StageVercel", "Cannot find module", loan => loan.Product.Parts.Vercel.Faults.FailBuild("Error: Cannot find module 'left-pad'"));

    [Fact]
    public Task A_promotion_that_fails_leaves_everything_as_it_was() => FailAsync(
        "DeployVercel", "failed", loan => loan.Product.Parts.Vercel.Faults.EndAliasJob("failed"));

    [Fact]
    public Task A_failing_probe_leaves_everything_as_it_was() => FailAsync(
        "SmokeTest", "503", loan => loan.Product.Parts.Vercel.ProductionFaults.Add(new HttpFault { Path = "/api/health", Status = 503, Count = null }));

    static void FaultIn(LiveProduct.Loan loan, string region, WorkloadFailure failure) =>
        loan.Product.Parts.Clusters.ByRegion[region].Faults!.Add(new WorkloadFault(failure) { Workload = "api-gateway" });

    async Task FailAsync(string target, string evidence, Action<LiveProduct.Loan> breakIt)
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        breakIt(loan);
        await loan.Workspace.ReleaseAsync($"fails at {target}", Cancellation);

        var run = (await loan.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(1, "rolledBack");

        run.FailedTarget.ShouldBe(target, run.Output);
        run.Cause.ShouldContain(evidence);
        run.Sentences("toDo").ShouldBeEmpty();
        (await loan.Product.ReadAsync(Cancellation)).ShouldBe(before, run.Output);
    }
}
