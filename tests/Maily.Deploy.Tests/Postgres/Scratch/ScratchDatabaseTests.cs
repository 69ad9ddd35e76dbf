using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Postgres.Scratch;

public sealed class ScratchDatabaseTests(PostgresServer server)
{
    // Of no time that is long past: those go with the next one that any test makes.
    const string Name = "maily_scratch_99990101000000_00000001";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_the_server_still_makes_when_its_process_has_died_goes_too()
    {
        var processes = new ProcessRunner(TimeProvider.System);
        var tools = await PostgresTools.FindAsync(15, processes, Cancellation);
        Task cleaning;
        await using (var making = await PostgresServer.OpenAsync(server.At("postgres")))
        {
            await making.RunAsync(ScratchDatabase.Turn(Name), Cancellation);
            cleaning = processes.RunAsync(ScratchDatabase.AfterDeath(new(server.At("postgres")), Name, tools), null, Cancellation);
            await PostgresServer.UntilAsync(server.At("postgres"), "exists (select from pg_locks where locktype = 'advisory' and not granted)");
            await making.RunAsync($"create database {Name}", Cancellation);
        }

        await cleaning;
        (await PostgresServer.ScalarAsync<bool>(server.At("postgres"), $"select exists (select from pg_database where datname = '{Name}')")).ShouldBeFalse();
    }
}
