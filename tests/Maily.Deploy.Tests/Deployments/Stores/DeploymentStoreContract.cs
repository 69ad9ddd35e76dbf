using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>What every store promises. Each store runs all of it.</summary>
public abstract partial class DeploymentStoreContract : IAsyncLifetime
{
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    static readonly DateTimeOffset At = new(2026, 11, 23, 19, 53, 1, TimeSpan.Zero);

    readonly string environment = $"env-{Guid.NewGuid():n}";
    readonly DeploymentId first = DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa");
    readonly DeploymentId second = DeploymentId.Parse("20261123T195302Z-dfce3c5-bbbb");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    IDeploymentStore Store { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Store = await OpenAsync();
        await Store.PrepareAsync(Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        // Null where the test was skipped for want of its far side.
        if (Store is not null)
            await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_journal_comes_back_as_it_was_written()
    {
        var lease = await TakeAsync(1);
        JournalRecord[] written =
        [
            Started(first),
            Record(2) with
            {
                Event = JournalEvent.Captured, Step = new("DeployK8s", "eu-central-1"), Kind = StepKind.Reversible, CompensatorType = "kubernetes",
                RestorePoint = new("""{"text":"é \u0000 ' \\ {}"}"""),
            },
            Record(3) with { Event = JournalEvent.Applied, Step = new("DeployK8s", "eu-central-1"), Outputs = StepOutputs.Of(("b", "2"), ("a", "1")) },
            Record(4) with { Event = JournalEvent.Failed, Step = new("DeployK8s", "eu-central-1"), Text = "a \0 character\nand a line" },
        ];
        foreach (var record in written)
            await Store.AppendAsync(lease, first, record, Cancellation);

        (await ReadAsync(first)).ShouldBe(written);
    }

    [Fact]
    public async Task A_journal_is_read_in_order()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        for (var sequence = 2; sequence <= 30; sequence++)
            await Store.AppendAsync(lease, first, Record(sequence), Cancellation);

        (await ReadAsync(first)).Select(record => record.Sequence).ShouldBe(Enumerable.Range(1, 30).Select(number => (long)number));
    }

    [Fact]
    public async Task Journals_are_kept_apart()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        await Store.AppendAsync(lease, second, Started(second), Cancellation);

        (await ReadAsync(first)).ShouldHaveSingleItem().Text.ShouldNotBeNull().ShouldContain(first.Value);
        (await ReadAsync(DeploymentId.Parse("20261123T195303Z-dfce3c5-cccc"))).ShouldBeEmpty();
        (await ToListAsync(Store.ReadAsync("another", first, Cancellation))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gap_in_a_journal_is_an_error()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        await Store.AppendAsync(lease, first, Record(3), Cancellation);

        await Should.ThrowAsync<BrokenJournalException>(Journal.ReadAsync(Store, environment, first, Cancellation));
    }

    [Fact]
    public async Task A_record_of_a_newer_version_is_an_error()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first) with { Version = JournalRecord.CurrentVersion + 1 }, Cancellation);

        var error = await Should.ThrowAsync<BrokenJournalException>(Journal.ReadAsync(Store, environment, first, Cancellation));

        error.Message.ShouldContain($"version {JournalRecord.CurrentVersion + 1}");
    }

    [Fact]
    public async Task The_same_record_again_changes_nothing_and_another_in_its_place_is_refused()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        await Store.AppendAsync(lease, first, Record(2), Cancellation);

        await Store.AppendAsync(lease, first, Record(2), Cancellation);
        await Should.ThrowAsync<BrokenJournalException>(Store.AppendAsync(lease, first, Record(2) with { Text = "other" }, Cancellation));

        (await ReadAsync(first)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_journal_can_be_read_while_it_is_written()
    {
        var lease = await TakeAsync(1);
        await using var reader = await OpenAsync();
        var writing = Task.Run(async () =>
        {
            for (var sequence = 1; sequence <= 40; sequence++)
                await Store.AppendAsync(lease, first, (sequence == 1 ? Started(first) : Record(sequence)) with { CompensatorType = new string('x', 9000) }, Cancellation);
        }, Cancellation);

        while (!writing.IsCompleted)
            (await Journal.ReadAsync(reader, environment, first, Cancellation)).Outcome.ShouldBeNull();
        await writing;

        (await ReadAsync(first)).Count.ShouldBe(40);
    }

    [Fact]
    public async Task The_history_is_newest_first_with_outcomes()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        await Store.AppendAsync(lease, first, Ended(2, DeploymentOutcome.RolledBack), Cancellation);
        await Store.AppendAsync(lease, second, Started(second), Cancellation);

        var history = await Store.ListAsync(environment, 10, Cancellation);

        history.Select(summary => (summary.Header.Id, summary.Outcome)).ShouldBe([(second.Value, null), (first.Value, DeploymentOutcome.RolledBack)]);
        history[1].LastAt.ShouldBe(At.AddSeconds(2));
        history[1].Header.Stages.ShouldBe(["Migrate"]);
        (await Store.ListAsync(environment, 1, Cancellation)).ShouldHaveSingleItem().Header.Id.ShouldBe(second.Value);
        (await Store.ListAsync("never-used", 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_newest_is_the_one_that_took_the_lease_last_whatever_its_machines_clock_said()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, second, Started(second) with { FencingNumber = lease.FencingNumber }, Cancellation);
        await Store.ReleaseAsync(lease, Cancellation);
        lease = await TakeAsync(2);
        await Store.AppendAsync(lease, first, Started(first) with { FencingNumber = lease.FencingNumber }, Cancellation);

        (await Store.ListAsync(environment, 1, Cancellation)).ShouldHaveSingleItem().Header.Id.ShouldBe(first.Value);
        (await Store.ListAsync(environment, 2, Cancellation)).Select(summary => summary.Header.Id).ShouldBe([first.Value, second.Value]);
    }

    [Fact]
    public async Task An_ended_deployment_that_is_being_undone_is_unfinished_until_that_ends()
    {
        var lease = await TakeAsync(1);
        await Store.AppendAsync(lease, first, Started(first), Cancellation);
        await Store.AppendAsync(lease, first, Ended(2, DeploymentOutcome.Succeeded), Cancellation);
        await Store.AppendAsync(lease, first, Record(3) with { Event = JournalEvent.Compensating, Step = new("Migrate", "1") }, Cancellation);
        (await OutcomesAsync()).ShouldBe((null, null));

        await Store.AppendAsync(lease, first, Ended(4, DeploymentOutcome.RolledBack), Cancellation);
        (await OutcomesAsync()).ShouldBe((DeploymentOutcome.RolledBack, DeploymentOutcome.RolledBack));

        async Task<(DeploymentOutcome? Listed, DeploymentOutcome? Folded)> OutcomesAsync() =>
            ((await Store.ListAsync(environment, 1, Cancellation))[0].Outcome, (await Journal.ReadAsync(Store, environment, first, Cancellation)).Outcome);
    }

    [Fact]
    public async Task A_hold_is_set_replaced_and_cleared()
    {
        (await Store.FindHoldAsync(environment, Cancellation)).ShouldBeNull();
        var hold = new Hold(environment, "smoke", "ada@laptop", At);

        await Store.SetHoldAsync(hold, Cancellation);
        (await Store.FindHoldAsync(environment, Cancellation)).ShouldBe(hold);
        await Store.SetHoldAsync(hold with { Reason = "another" }, Cancellation);
        (await Store.FindHoldAsync(environment, Cancellation))!.Reason.ShouldBe("another");

        (await Store.ClearHoldAsync(Entry(AuditedAction.Released, 1), Cancellation)).ShouldBeTrue();
        (await Store.ClearHoldAsync(Entry(AuditedAction.Released, 2), Cancellation)).ShouldBeFalse();
        (await Store.FindHoldAsync(environment, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Releases_are_listed_newest_first()
    {
        var lease = await TakeAsync(1);
        await Store.AddReleaseAsync(lease, Release(first), Cancellation);
        await Store.AddReleaseAsync(lease, Release(second), Cancellation);
        await Store.AddReleaseAsync(lease, Release(first), Cancellation);

        var releases = await Store.ListReleasesAsync(environment, 2, Cancellation);

        releases.Select(release => release.Deployment).ShouldBe([first, second]);
        JsonSerializer.Serialize(releases[0], DeploymentJson.Line).ShouldBe(JsonSerializer.Serialize(Release(first), DeploymentJson.Line));
        (await Store.ListReleasesAsync("never-used", 2, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Preparing_at_once_from_many_sides_is_safe()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync()));

        await Task.WhenAll(stores.Select(store => store.PrepareAsync(Cancellation)));

        foreach (var store in stores)
            await store.DisposeAsync();
    }

    /// <summary>Another store on the same data.</summary>
    protected abstract Task<IDeploymentStore> OpenAsync();

    /// <summary>Lets so much time pass for the environment's lease.</summary>
    protected abstract Task ExpireAsync(string environment, TimeSpan passed);

    protected static LeaseHolder Holder(int number) => new($"deployment-{number}", "ada", "laptop", number);

    async Task<Lease> TakeAsync(int number)
    {
        var (granted, lease) = await Store.TryAcquireAsync(environment, Holder(number), Lifetime, Cancellation);
        granted.ShouldBeTrue();
        return lease;
    }

    async Task ShouldBeLostAsync(Lease lease)
    {
        await Should.ThrowAsync<LeaseLostException>(Store.RenewAsync(lease, Lifetime, Cancellation));
        await Should.ThrowAsync<LeaseLostException>(Store.AppendAsync(lease, first, Started(first), Cancellation));
        await Should.ThrowAsync<LeaseLostException>(Store.AddReleaseAsync(lease, Release(first), Cancellation));
    }

    Task<List<JournalRecord>> ReadAsync(DeploymentId id) => ToListAsync(Store.ReadAsync(environment, id, Cancellation));

    static async Task<List<JournalRecord>> ToListAsync(IAsyncEnumerable<JournalRecord> records) => await records.ToListAsync(Cancellation);

    JournalRecord Started(DeploymentId id) => Record(1) with
    {
        Event = JournalEvent.Started,
        Text = JsonSerializer.Serialize(new DeploymentHeader(id.Value, environment, new string('a', 40), "ada@laptop", At, ["Migrate"], []), DeploymentJson.Line),
    };

    static JournalRecord Ended(long sequence, DeploymentOutcome outcome) => Record(sequence) with { Event = JournalEvent.Ended, Text = outcome.ToString() };

    static JournalRecord Record(long sequence) => new() { Sequence = sequence, At = At.AddSeconds(sequence), FencingNumber = 1, Event = JournalEvent.Applying };

    ReleaseRecord Release(DeploymentId id) => new()
    {
        Deployment = id, Environment = environment, Commit = new string('a', 40), At = At,
        Migrations = ["1", "2"], VercelDeployment = "dpl_1",
    };
}
