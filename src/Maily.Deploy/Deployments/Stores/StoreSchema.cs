using System.Collections.Immutable;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>
/// The tables of <see cref="PostgresDeploymentStore"/>, as versioned migrations of the schema <c>maily_deploy</c>. Other
/// parts keep tables of their own there, so each statement lets stand what is there already. A version is never edited
/// once released: the next one changes it.
/// </summary>
static class StoreSchema
{
    /// <summary>Gives the version that the database has, or null where there is no table of versions.</summary>
    public const string TableExists = "select to_regclass('maily_deploy.store_version') is not null";

    /// <summary>The highest version applied; 0 before the first.</summary>
    public const string ReadVersion = "select coalesce(max(version), 0) from maily_deploy.store_version";

    /// <summary>Holds other creators off until the transaction ends: <c>if not exists</c> alone races in the catalog.</summary>
    public const string TakeTurn = "select pg_advisory_xact_lock(hashtextextended('maily_deploy.schema', 0))";

    /// <summary>What must be there before the versions can be read.</summary>
    public const string Begin = """
        create schema if not exists maily_deploy;
        create table if not exists maily_deploy.store_version (
            version integer primary key, at timestamptz not null default now());
        revoke all on schema maily_deploy from public
        """;

    /// <summary>Version n is the element n - 1.</summary>
    public static ImmutableArray<string> Versions { get; } =
    [
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
    ];
}
