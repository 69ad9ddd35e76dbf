using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>
/// The schema <c>maily_deploy</c> in the application's database: what must commit together with a change of that
/// database. Backups leave it out and restores never touch it.
/// </summary>
public static class MailySchema
{
    /// <summary>Its name.</summary>
    public const string Name = "maily_deploy";

    const string Ready = "select to_regclass('maily_deploy.fence') is not null and to_regclass('maily_deploy.applied_migrations') is not null and to_regclass('maily_deploy.environment') is not null";

    const string Create = """
        create schema if not exists maily_deploy;
        create table if not exists maily_deploy.fence (
            environment text primary key, number bigint not null);
        create table if not exists maily_deploy.applied_migrations (
            version text primary key, deployment text not null, fencing_number bigint not null, at timestamptz not null default now(),
            statements_done integer not null, is_whole boolean not null);
        create table if not exists maily_deploy.environment (
            name text primary key, created_at timestamptz not null default now());
        revoke all on schema maily_deploy from public;
        """;

    /// <summary>Makes what is missing. Two that do it at once wait for each other.</summary>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await connection.FindAsync<bool>(Ready, cancellation))
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // "if not exists" alone races: two creators at once end in a unique violation of the catalog.
        await connection.RunAsync("select pg_advisory_xact_lock(hashtextextended('maily_deploy.schema', 0))", cancellation);
        await connection.RunAsync(Create, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}

/// <summary>The highest fencing number that has changed the database, checked and raised in the change's own transaction.</summary>
static class Fence
{
    public static async Task HoldAsync(NpgsqlConnection connection, string environment, long number, CancellationToken cancellation)
    {
        await connection.RunAsync("insert into maily_deploy.fence(environment, number) values ($1, $2) on conflict do nothing", cancellation, environment, number);
        var present = await connection.FindAsync<long>("select number from maily_deploy.fence where environment = $1 for update", cancellation, environment);
        if (present > number)
            throw new FencedOutException(environment, number, present);
        if (present < number)
            await connection.RunAsync("update maily_deploy.fence set number = $2 where environment = $1", cancellation, environment, number);
    }
}
