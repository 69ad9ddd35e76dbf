using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Npgsql;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>All that the store promises, through a pooler that gives no session.</summary>
public sealed class PooledDeploymentStoreTests(TransactionPooler pooler) : DeploymentStoreContract, IClassFixture<TransactionPooler>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Without this the others would prove nothing.</summary>
    [Fact]
    public async Task One_connection_to_the_pooler_is_many_to_the_server()
    {
        // The pool opens its connections as they are asked for at once.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresServer.ExecuteAsync(pooler.Pooled, "select pg_sleep(0.2)")));
        await using var connection = await PostgresServer.OpenAsync(pooler.Pooled);
        var servers = new HashSet<int>();
        for (var transaction = 0; transaction < 3; transaction++)
        {
            await using var ask = new NpgsqlCommand("select pg_backend_pid()", connection);
            servers.Add((int)(await ask.ExecuteScalarAsync(Cancellation))!);
        }

        servers.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Stores_can_prepare_an_empty_database_at_once_through_it()
    {
        await PostgresServer.ExecuteAsync(pooler.Direct, "drop schema if exists maily_deploy cascade");
        var stores = Enumerable.Range(0, 8).Select(_ => new PostgresDeploymentStore(pooler.Pooled, TimeProvider.System)).ToArray();

        await Task.WhenAll(stores.Select(store => store.PrepareAsync(Cancellation)));

        (await PostgresServer.ScalarAsync<long>(pooler.Direct, "select count(*) from maily_deploy.schema_version")).ShouldBe(MailySchema.Versions.Length);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task A_durable_commit_leaves_no_setting_behind_on_the_servers_connections()
    {
        await using var run = new StoreDatabase(pooler.Pooled.ToBuilder(), "here", TimeProvider.System);
        for (var change = 0; change < 6; change++)
        {
            (await run.ChangeAsync(new("select current_setting('synchronous_commit')"), row => row.GetString(0), Cancellation)).ShouldBe(["on"]);
            (await run.ReadAsync(new("select current_setting('synchronous_commit')"), row => row.GetString(0), Cancellation)).ShouldBe(["off"]);
        }
    }

    protected override Task<IDeploymentStore> OpenAsync()
    {
        TransactionPooler.Require();
        return Task.FromResult<IDeploymentStore>(new PostgresDeploymentStore(pooler.Pooled, TimeProvider.System));
    }

    protected override Task ExpireAsync(string environment, TimeSpan passed) => PostgresServer.ExecuteAsync(
        pooler.Direct, $"update maily_deploy.lease set expires_at = expires_at - interval '{passed.TotalSeconds} seconds' where environment = '{environment}'");
}
