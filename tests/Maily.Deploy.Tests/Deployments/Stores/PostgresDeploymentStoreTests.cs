using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>One database for all tests of the class: each has an environment of its own in it.</summary>
public sealed class JournalDatabase(PostgresServer server) : IAsyncLifetime
{
    public DatabaseSettings Settings { get; private set; } = null!;

    public PostgresServer Server { get; } = server;

    public async ValueTask InitializeAsync() => Settings = await Server.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class PostgresDeploymentStoreTests(JournalDatabase database) : DeploymentStoreContract, IClassFixture<JournalDatabase>
{
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_is_wrong_by_an_hour_neither_loses_nor_steals_a_lease()
    {
        var slow = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1));
        await using var holder = await OpenAsync();
        await using var taker = new PostgresDeploymentStore(database.Settings, slow);
        var held = (await holder.TryAcquireAsync("clocks", Holder(1), Lifetime, Cancellation)).Lease;

        var (granted, seen) = await taker.TryAcquireAsync("clocks", Holder(2), Lifetime, Cancellation);

        granted.ShouldBeFalse();
        seen.FencingNumber.ShouldBe(held.FencingNumber);
        (seen.ExpiresAt - slow.GetUtcNow()).ShouldBe(Lifetime, TimeSpan.FromSeconds(10));
        (held.ExpiresAt - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(50), Lifetime);
    }

    [Fact]
    public async Task A_database_that_a_newer_program_upgraded_is_refused()
    {
        var settings = await database.Server.CreateDatabaseAsync();
        await using var store = new PostgresDeploymentStore(settings, TimeProvider.System);
        await store.PrepareAsync(Cancellation);
        await PostgresServer.ExecuteAsync(settings, "insert into maily_deploy.schema_version (version) values (1000)");

        (await Should.ThrowAsync<NewerSchemaException>(store.PrepareAsync(Cancellation))).Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public async Task What_a_former_version_wrote_is_listed_in_the_order_of_its_leases()
    {
        var settings = await database.Server.CreateDatabaseAsync();
        await using var store = new PostgresDeploymentStore(settings, TimeProvider.System);
        await store.PrepareAsync(Cancellation);
        string[] ids = ["20261123T195302Z-dfce3c5-aaaa", "20261123T195301Z-dfce3c5-bbbb"];
        foreach (var id in ids)
        {
            var (_, lease) = await store.TryAcquireAsync("former", Holder(1), Lifetime, Cancellation);
            var header = new DeploymentHeader(id, "former", new string('a', 40), "ada@laptop", lease.AcquiredAt, ["Migrate"], []);
            await store.AppendAsync(lease, DeploymentId.Parse(id), new()
            {
                Sequence = 1, At = lease.AcquiredAt, FencingNumber = lease.FencingNumber, Event = JournalEvent.Started, Text = JsonSerializer.Serialize(header, DeploymentJson.Line),
            }, Cancellation);
            await store.ReleaseAsync(lease, Cancellation);
        }

        await PostgresServer.ExecuteAsync(settings, "alter table maily_deploy.deployment drop column number; delete from maily_deploy.schema_version where version > 5");
        await using var upgraded = new PostgresDeploymentStore(settings, TimeProvider.System);
        await upgraded.PrepareAsync(Cancellation);

        (await upgraded.ListAsync("former", 2, Cancellation)).Select(summary => summary.Header.Id).ShouldBe(ids.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task Two_stores_can_prepare_an_empty_database_at_once()
    {
        var settings = await database.Server.CreateDatabaseAsync();
        var stores = Enumerable.Range(0, 8).Select(_ => new PostgresDeploymentStore(settings, TimeProvider.System)).ToArray();

        await Task.WhenAll(stores.Select(store => store.PrepareAsync(Cancellation)));

        (await PostgresServer.ScalarAsync<long>(settings, "select count(*) from maily_deploy.schema_version")).ShouldBe(MailySchema.Versions.Length);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task A_journal_of_ten_thousand_records_is_read_in_order()
    {
        await using var store = await OpenAsync();
        await store.PrepareAsync(Cancellation);
        var id = DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa");
        await PostgresServer.ExecuteAsync(database.Settings, $$"""
            insert into maily_deploy.journal select 'long', '{{id}}', n,
                format('{"version":1,"sequence":%s,"at":"2026-11-23T19:53:01+00:00","fencingNumber":1,"event":"applying"}', n)::json
            from generate_series(1, 10000) n order by random()
            """);

        var next = 1L;
        await foreach (var record in store.ReadAsync("long", id, Cancellation))
            record.Sequence.ShouldBe(next++);

        next.ShouldBe(10001);
    }

    [Fact]
    public async Task A_record_is_committed_durably_even_where_the_server_would_not()
    {
        (await PostgresServer.ScalarAsync<string>(database.Settings, "show synchronous_commit")).ShouldBe("off");
        await using var run = new StoreDatabase(database.Settings.ToBuilder(), "here", TimeProvider.System);

        var during = await run.ChangeAsync(new("select current_setting('synchronous_commit')"), row => row.GetString(0), Cancellation);
        var after = await run.ReadAsync(new("select current_setting('synchronous_commit')"), row => row.GetString(0), Cancellation);

        during.ShouldBe(["on"]);
        after.ShouldBe(["off"]);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_typed_error_without_the_password()
    {
        await using var store = new PostgresDeploymentStore(new DatabaseSettings { Host = "127.0.0.1", Port = 1, Name = "x", User = "u", Password = new("s3cret") }, TimeProvider.System);

        var error = await Should.ThrowAsync<StoreUnreachableException>(store.PrepareAsync(Cancellation));

        error.Kind.ShouldBe(FailureKind.Refused);
        (error + store.Description).ShouldNotContain("s3cret");
        store.Description.ShouldContain("127.0.0.1:1/x");
    }

    protected override Task<IDeploymentStore> OpenAsync() =>
        Task.FromResult<IDeploymentStore>(new PostgresDeploymentStore(database.Settings, TimeProvider.System));

    protected override Task ExpireAsync(string environment, TimeSpan passed) => PostgresServer.ExecuteAsync(
        database.Settings, $"update maily_deploy.lease set expires_at = expires_at - interval '{passed.TotalSeconds} seconds' where environment = '{environment}'");
}
