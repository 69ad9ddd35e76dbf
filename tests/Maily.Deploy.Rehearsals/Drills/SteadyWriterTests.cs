using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Drills;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Drills;

/// <summary>A drill's zero of lost rows is worth something only where one that is lost shows.</summary>
public sealed class SteadyWriterTests(SandboxFixture fixture)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_was_acknowledged_and_is_gone_is_named()
    {
        var server = (await fixture.GetAsync()).Parts.Postgres;
        await using var database = NpgsqlDataSource.Create(server.SuperuserConnectionString());
        async Task<string> RunAsync(string sql)
        {
            await using var command = database.CreateCommand(sql);
            return $"{await command.ExecuteScalarAsync(Cancellation)}";
        }

        var writes = new SteadyWrites("public.steady", "create table public.steady (mark text primary key)", "insert into public.steady values ($1)", "select mark from public.steady");
        await SteadyWriter.PrepareAsync(writes, server, Cancellation);
        try
        {
            await using var writer = SteadyWriter.Start(writes, server, TimeProvider.System);
            while (await RunAsync("select count(*) >= 5 from public.steady") != "True")
                await Task.Delay(20, Cancellation);
            var lost = await RunAsync("delete from public.steady where mark = (select min(mark) from public.steady) returning mark");

            var (acknowledged, missing) = await writer.EndAsync(Cancellation);

            missing.ShouldBe([lost]);
            acknowledged.ShouldBeGreaterThanOrEqualTo(5);
        }
        finally
        {
            await RunAsync("drop table public.steady");
        }
    }
}
