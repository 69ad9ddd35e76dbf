using System.Collections.Immutable;
using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>
/// The schema <c>maily_deploy</c>: what must commit together with a change of the application's database, and the journals,
/// leases, holds and releases. Backups leave it out and restores never touch it. It is upgraded by versioned migrations of its own; a
/// version is never edited once released, the next one changes it.
/// </summary>
public static class MailySchema
{
    /// <summary>Its name.</summary>
    public const string Name = "maily_deploy";

    const string IsBegun = "select to_regclass('maily_deploy.schema_version') is not null";

    const string ReadVersion = "select coalesce(max(version), 0) from maily_deploy.schema_version";

    // "if not exists" alone races: two creators at once end in a unique violation of the catalog.
    const string TakeTurn = "select pg_advisory_xact_lock(hashtextextended('maily_deploy.schema', 0))";

    // A connection that a pooler keeps warm may still remember from before its turn that there is no such schema: taking a lock on
    // the catalog makes it look again.
    const string LookAgain = "lock table pg_catalog.pg_namespace in access share mode";

    const string Begin = """
        create schema if not exists maily_deploy;
        create table if not exists maily_deploy.schema_version (
            version integer primary key, at timestamptz not null default now());
        revoke all on schema maily_deploy from public
        """;

    /// <summary>Version n is the element n - 1.</summary>
    internal static ImmutableArray<string> Versions { get; } =
    [
        """
        create table if not exists maily_deploy.fence (
            environment text primary key, number bigint not null);
        create table if not exists maily_deploy.applied_migrations (
            version text primary key, deployment text not null, fencing_number bigint not null, at timestamptz not null default now(),
            statements_done integer not null, is_whole boolean not null);
        create table if not exists maily_deploy.environment (
            name text primary key, created_at timestamptz not null default now())
        """,
        """
        create table if not exists maily_deploy.lease (
            environment text primary key, number bigint not null, holder json not null,
            acquired_at timestamptz not null, expires_at timestamptz not null);
        create table if not exists maily_deploy.deployment (
            environment text not null, id text collate "C" not null, header json, outcome text, last_at timestamptz not null,
            primary key (environment, id));
        create table if not exists maily_deploy.journal (
            environment text not null, deployment text not null, sequence bigint not null, record json not null,
            primary key (environment, deployment, sequence));
        create table if not exists maily_deploy.hold (
            environment text primary key, hold json not null);
        create table if not exists maily_deploy.release (
            place bigint generated always as identity primary key, environment text not null, deployment text not null, record json not null);
        create index if not exists release_by_environment on maily_deploy.release (environment, place desc)
        """,
        // A lease of a program that knew no grace is one of a minute, or given back long ago.
        """
        alter table maily_deploy.lease add column if not exists grace interval not null default '15 seconds'
        """,
        """
        create table if not exists maily_deploy.audit (
            place bigint generated always as identity primary key, environment text not null, at timestamptz not null,
            action text not null, entry json not null, unique (environment, at, action))
        """,
        // Rows of later transactions were written since a migration.
        """
        alter table maily_deploy.applied_migrations add column if not exists xid xid8
        """,
        // Which deployment is the newest is what leases say, not the clocks that name deployments.
        """
        alter table maily_deploy.deployment add column if not exists number bigint not null default 0;
        update maily_deploy.deployment as present set number = (first.record ->> 'fencingNumber')::bigint
        from maily_deploy.journal as first
        where first.environment = present.environment and first.deployment = present.id and first.sequence = 1
        """,
        // The transactions that were open beside a migration: they may write after it and have a number from before it.
        """
        alter table maily_deploy.applied_migrations add column if not exists snapshot pg_snapshot
        """,
    ];

    /// <summary>Makes what is missing. Two that do it at once wait for each other.</summary>
    /// <exception cref="NewerSchemaException">A newer program has upgraded it.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await connection.FindAsync<bool>(IsBegun, cancellation) && await VersionAsync(connection, cancellation) == Versions.Length)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.RunAsync(TakeTurn, cancellation);
        await connection.RunAsync(LookAgain, cancellation);
        await connection.RunAsync(Begin, cancellation);
        for (var version = await VersionAsync(connection, cancellation); version < Versions.Length; version++)
        {
            await connection.RunAsync(Versions[version], cancellation);
            await connection.RunAsync("insert into maily_deploy.schema_version (version) values ($1)", cancellation, version + 1);
        }

        await transaction.CommitAsync(cancellation);
    }

    static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var version = await connection.FindAsync<int>(ReadVersion, cancellation);
        return version <= Versions.Length ? version : throw new NewerSchemaException(version, Versions.Length);
    }
}

/// <summary>A newer program has upgraded the schema.</summary>
public sealed class NewerSchemaException(int present, int known)
    : DeployException($"The schema {MailySchema.Name} has version {present}; this program knows up to {known}.", "Use the version of Maily Deploy that upgraded it, or a later one.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
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
