using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>
/// A deployer that is suspended in the middle of a step, as by a laptop's lid or a frozen virtual machine: another machine takes its
/// lease over and undoes what it did, and when it wakes up it changes nothing more.
/// </summary>
public sealed class SuspensionTests(LiveProduct live)
{
    static readonly Dictionary<string, string?> Brief = new() { ["MAILY_LEASE_LIFETIME"] = "3s" };

    // Shorter than it takes to take the lease over: what was sent arrives while nobody else is at work.
    const int Slow = 1500;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task In_an_additive_step_a_frontend_that_is_being_staged() => SuspendAsync(async (loan, deployer) =>
    {
        var vercel = loan.Product.Parts.Vercel.Faults.Http;
        vercel.Add(new HttpFault { Method = "POST", Path = "/v13/deployments", DelayMilliseconds = Slow });
        await deployer.UntilAsync(() => vercel.Pending.Count == 0, Cancellation);
    });

    [Fact]
    public Task In_a_conditional_step_a_migration_that_takes_long() => SuspendAsync(
        (loan, deployer) => deployer.UntilAsync(() => IsAsleep(loan.Product), Cancellation),
        workspace => workspace.Write("src/Platform/supabase/migrations/20990101000000_slow.sql", "create table public.slow (id bigint primary key);\nselect pg_sleep(3);\n"));

    [Fact]
    public Task In_a_reversible_step_a_rollout_that_hangs() => SuspendAsync(async (loan, deployer) =>
    {
        var before = await loan.Product.ReadAsync(Cancellation);
        loan.Product.HangRollout();
        await deployer.UntilAsync(() => loan.Product.HasNewImage(before), Cancellation);
    });

    [Fact]
    public Task In_a_reversible_step_a_promotion_whose_answer_is_late() => SuspendAsync(async (loan, deployer) =>
    {
        var vercel = loan.Product.Parts.Vercel.Faults.Http;
        vercel.Add(new HttpFault { Method = "POST", Path = "/v10/projects/*/promote/*", DelayMilliseconds = Slow });
        await deployer.UntilAsync(() => vercel.Pending.Count == 0, Cancellation);
    });

    [Fact]
    public Task In_a_probing_step_a_smoke_test() => SuspendAsync(async (loan, deployer) =>
    {
        var production = loan.Product.Parts.Vercel.ProductionFaults;
        production.Add(new HttpFault { Path = "/api/health", DelayMilliseconds = Slow });
        await deployer.UntilAsync(() => production.Pending.Count == 0, Cancellation);
    });

    async Task SuspendAsync(Func<LiveProduct.Loan, Deployer, Task> untilInTheMiddle, Action<Workspace>? change = null)
    {
        using var loan = await live.BorrowAsync(Cancellation);
        using var elsewhere = await loan.Workspace.CloneAgainAsync(Cancellation);
        var before = await loan.Product.ReadAsync(Cancellation);
        change?.Invoke(loan.Workspace);
        await loan.Workspace.ReleaseAsync($"a release whose deployer falls asleep {Guid.NewGuid()}", Cancellation);
        await using var deployer = await loan.Product.BeginAsync(loan.Workspace, Brief, "DeployProduction");
        await untilInTheMiddle(loan, deployer);
        await deployer.SignalAsync("STOP", Cancellation);
        loan.ClearFaults();

        var back = await loan.Product.RunAsync(elsewhere, Brief, Cancellation, "Rollback", "--wait", "1m");
        back.ExitCode.ShouldBe(0, back.Output);
        (await EverythingAsync(loan.Product)).Product.ShouldBe(before, back.Output);
        var taken = await EverythingAsync(loan.Product);

        await deployer.SignalAsync("CONT", Cancellation);
        var woken = (await deployer.EndAsync(Cancellation)).ShouldEnd(2, "needsAttention");

        woken.Cause.ShouldContain("is lost", Case.Sensitive, woken.Output);
        woken.Cause.ShouldContain("Nobody holds it now.", Case.Sensitive, woken.Output);
        var after = await EverythingAsync(loan.Product);
        after.Product.ShouldBe(taken.Product, woken.Output);
        after.Additive.ShouldBe(taken.Additive, woken.Output);
        await ReleaseAsync(loan);
    }

    // Not by a run of its own, which would take seconds: the hold that the rollback set.
    static async Task ReleaseAsync(LiveProduct.Loan loan)
    {
        var variables = new Variables(loan.Product.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox")));
        await using var store = DeploymentStores.Open(variables, loan.Workspace.Root, TimeProvider.System);
        (await store.FindHoldAsync("sandbox", Cancellation)).ShouldNotBeNull();
        (await store.ClearHoldAsync(new("sandbox", AuditedAction.Released, Operator.Name, TimeProvider.System.GetUtcNow(), "the rehearsal is over"), Cancellation)).ShouldBeTrue();
    }

    /// <summary>What a deployment must bring back, and what it may leave behind.</summary>
    static async Task<(string[] Product, string[] Additive)> EverythingAsync(Product product)
    {
        using var registry = new HttpClient { BaseAddress = new Uri($"http://{product.Parts.Registry.Address}") };
        var images = new[] { "api-gateway", "campaign-worker", "vector-search" };
        var tags = await Task.WhenAll(images.Select(image => registry.GetStringAsync($"/v2/{image}/tags/list", Cancellation)));
        return (await product.ReadAsync(Cancellation), [.. product.Parts.Vercel.State.Deployments.Select(deployment => deployment.Id), .. tags]);
    }

    static bool IsAsleep(Product product)
    {
        using var connection = new NpgsqlConnection(product.Parts.Postgres.SuperuserConnectionString());
        connection.Open();
        using var command = new NpgsqlCommand("select exists (select 1 from pg_stat_activity where query like '%pg_sleep(3)%' and wait_event = 'PgSleep' and datname = current_database())", connection);
        return (bool)command.ExecuteScalar()!;
    }
}
