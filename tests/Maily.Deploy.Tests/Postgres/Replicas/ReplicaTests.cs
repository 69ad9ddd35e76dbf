using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Replicas;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Postgres.Replicas;

/// <summary>Against a real streaming replica of a server that has nothing else to do: all that a server holds is copied for a replica.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    readonly PostgresServer server = new();
    readonly Deployed deployed = Deployed.InNewFolder();
    StreamingReplica? streaming;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        streaming = await StreamingReplica.OfAsync(server);
    }

    public async ValueTask DisposeAsync()
    {
        if (streaming is not null)
            await streaming.DisposeAsync();
        await server.DisposeAsync();
        deployed.Dispose();
    }

    [Fact]
    public async Task What_is_migrated_is_waited_for_on_the_replica()
    {
        var database = await MigratedAsync();
        var replica = streaming!.At(database.Name);
        await deployed.RunAsync(Stage(database, replica), Cancellation);
        (await PostgresServer.ScalarAsync<bool>(replica.Settings, "select to_regclass('public.a') is not null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_paused_replica_is_refused_before_and_fails_the_deployment_after()
    {
        var database = await MigratedAsync();
        var replica = streaming!.At(database.Name);
        await deployed.RunAsync(Stage(database, replica), Cancellation);
        await PostgresServer.ExecuteAsync(replica.Settings, "select pg_wal_replay_pause()");
        (await CheckAsync(database, replica)).ShouldSatisfyAllConditions(line => line.Outcome.ShouldBe(CheckOutcome.Failed), line => line.Remedy.ShouldContain("pg_wal_replay_resume"));
        (await Should.ThrowAsync<ReplicaBehindException>(deployed.RunAsync(Stage(database, replica), Cancellation))).Fact.ShouldContain("paused");
        await PostgresServer.ExecuteAsync(replica.Settings, "select pg_wal_replay_resume()");
        await deployed.RunAsync(Stage(database, replica), Cancellation);
        (await CheckAsync(database, replica)).Outcome.ShouldBe(CheckOutcome.Passed);
    }

    [Fact]
    public async Task A_replica_that_does_not_come_after_fails_the_deployment_within_the_bound()
    {
        var database = await MigratedAsync();
        var replica = streaming!.At(database.Name);
        await deployed.RunAsync(Stage(database, replica), Cancellation);
        var replaying = await PostgresServer.ScalarAsync<int>(replica.Settings, "select pid from pg_stat_activity where backend_type = 'startup'");
        await PostgresServer.RunAsync("kill", "-STOP", $"{replaying}");
        try
        {
            await PostgresServer.ExecuteAsync(database, "create table public.later (id int)");
            (await Should.ThrowAsync<ReplicaBehindException>(deployed.RunAsync(Stage(database, replica, TimeSpan.FromMilliseconds(600)), Cancellation))).Fact.ShouldContain("lacks");
        }
        finally
        {
            // Its server could not be stopped else.
            await PostgresServer.RunAsync("kill", "-CONT", $"{replaying}");
        }
    }

    [Fact]
    public async Task A_primary_is_no_replica()
    {
        var database = await server.CreateDatabaseAsync();
        (await CheckAsync(database, new Replica(database))).Fact.ShouldBe("it is no replica");
    }

    async Task<DatabaseSettings> MigratedAsync()
    {
        var database = await server.CreateDatabaseAsync();
        Directory.CreateDirectory(Migrations.Folder);
        await File.WriteAllTextAsync(Path.Combine(Migrations.Folder, "1_a.sql"), "create table public.a (id int)", Cancellation);
        await deployed.RunAsync(new MigrateStage(database, Migrations), Cancellation);
        return database;
    }

    MigrationOptions Migrations => new() { Folder = Path.Combine(deployed.Folder, "migrations") };

    VerifySchemaStage Stage(DatabaseSettings database, Replica replica, TimeSpan? patience = null)
    {
        // The same steps again: what an earlier run of them answered is of no use.
        deployed.Context = deployed.Context with { Outputs = deployed.Context.Outputs.Clear() };
        return new(database, Migrations, null, acceptsDrift: false) { Replicas = [replica], ReplicaOptions = new() { Patience = patience ?? TimeSpan.FromSeconds(30) } };
    }

    static async Task<CheckResult> CheckAsync(DatabaseSettings database, Replica replica) =>
        (await new CheckRunner(TimeProvider.System).RunAsync(ReplicaChecks.For(database, [replica], new()), ["Migrate"], Cancellation)).Lines.Single().Result;
}
