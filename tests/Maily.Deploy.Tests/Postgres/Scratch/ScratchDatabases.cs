using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Tests.Postgres.Scratch;

/// <summary>The scratch databases on the tests' server; other tests make some meanwhile, so that each looks for its own by something that only it has.</summary>
static class ScratchDatabases
{
    /// <summary>None of them holds that relation.</summary>
    public static async Task ShouldNotHoldAsync(PostgresServer server, string relation)
    {
        await using var connection = await PostgresServer.OpenAsync(server.At("postgres"));
        foreach (var name in await connection.ListAsync<string>("select datname::text from pg_database where starts_with(datname, 'maily_scratch_')", TestContext.Current.CancellationToken))
            (await HoldsAsync(server.At(name), relation)).ShouldBeFalse(name);
    }

    static async Task<bool> HoldsAsync(DatabaseSettings database, string relation)
    {
        try
        {
            return await PostgresServer.ScalarAsync<bool>(database, $"select to_regclass('{relation}') is not null");
        }
        catch (PostgresException gone) when (gone.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.AdminShutdown)
        {
            // Another test's, dropped meanwhile.
            return false;
        }
    }
}
