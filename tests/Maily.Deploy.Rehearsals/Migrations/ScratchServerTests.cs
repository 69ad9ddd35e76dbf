using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Rehearsals.Sandbox;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Migrations;

/// <summary>What a scratch server must offer, where the target uses what only Supabase's servers have.</summary>
public sealed class ScratchServerTests(SandboxFixture fixture)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scheduler_that_works_in_one_database_of_its_server_is_refused_and_a_stand_in_is_not()
    {
        var postgres = (await fixture.GetAsync()).Parts.Postgres;
        await using (var owner = new NpgsqlConnection(postgres.SuperuserConnectionString()))
        {
            await owner.OpenAsync(Cancellation);
            foreach (var sql in new[] { "create database scheduled", "create database bound", "alter database bound set cron.database_name = 'postgres'" })
                await owner.RunAsync(sql, Cancellation);
        }

        await using var target = new NpgsqlConnection(postgres.SuperuserConnectionString("scheduled"));
        await target.OpenAsync(Cancellation);
        await target.RunAsync("create extension pg_cron", Cancellation);
        (await Server(postgres.ScratchUrl).FitAsync(target, Cancellation)).Extensions.ShouldContain("pg_cron");
        var refused = await Should.ThrowAsync<ScratchUnfitException>(() => Server(postgres.ScratchUrl.Replace("/template1", "/bound", StringComparison.Ordinal)).FitAsync(target, Cancellation));
        refused.Fact.ShouldContain("its pg_cron can be made in one database of a server only");
        refused.Remedy.ShouldContain(ScratchServer.UrlVariable);
        await using var bound = new NpgsqlConnection(postgres.SuperuserConnectionString("bound"));
        await bound.OpenAsync(Cancellation);
        (await Should.ThrowAsync<PostgresException>(() => bound.RunAsync("create extension pg_cron", Cancellation))).MessageText.ShouldBe("can only create extension in database postgres");
    }

    static ScratchServer Server(string url) => ScratchServer.From(new([new(ScratchServer.UrlVariable, url, "test")]));
}
