using System.Text.Json;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>One SQL statement with its values ($1, $2, ...).</summary>
sealed record StoreStatement(string Sql, params object?[] Values);

/// <summary>
/// Each call of the store as one statement, hence one transaction that needs no session: a transaction-mode pooler may
/// give every one of them another server connection. Time is the database's, since machines' clocks differ.
/// </summary>
static class StoreStatements
{
    const string LeaseColumns = "number, holder::text, acquired_at, expires_at, clock_timestamp(), grace";

    /// <summary>No row where it is not free. Numbers start at the epoch's seconds, so that they grow even when a store is replaced by an empty one.</summary>
    public static StoreStatement Acquire(string environment, LeaseHolder holder, TimeSpan lifetime) => new($"""
        insert into maily_deploy.lease as present (environment, number, holder, acquired_at, expires_at, grace)
        values ($1, extract(epoch from clock_timestamp())::bigint, $2::json, clock_timestamp(), clock_timestamp() + $3, $4)
        on conflict (environment) do update set
            number = greatest(present.number + 1, excluded.number), holder = excluded.holder,
            acquired_at = clock_timestamp(), expires_at = clock_timestamp() + $3, grace = excluded.grace
        where present.expires_at + present.grace <= clock_timestamp()
        returning {LeaseColumns}
        """, environment, Json(holder), lifetime, Lease.GraceOf(lifetime));

    /// <summary>No row where the lease is lost.</summary>
    public static StoreStatement Renew(Lease lease, TimeSpan lifetime) => new($"""
        update maily_deploy.lease set expires_at = clock_timestamp() + $3, grace = $4
        where environment = $1 and number = $2 and expires_at > clock_timestamp()
        returning {LeaseColumns}
        """, lease.Environment, lease.FencingNumber, lifetime, Lease.GraceOf(lifetime));

    public static StoreStatement Release(Lease lease) => new("""
        update maily_deploy.lease set expires_at = least(expires_at, clock_timestamp()), grace = interval '0'
        where environment = $1 and number = $2
        """, lease.Environment, lease.FencingNumber);

    /// <summary>Gives one row where that lease was held still.</summary>
    public static StoreStatement Unlock(Lease lease, AuditEntry entry) => new("""
        with ended as (
            update maily_deploy.lease set expires_at = clock_timestamp()
            where environment = $1 and number = $2 and expires_at > clock_timestamp() returning environment
        )
        insert into maily_deploy.audit (environment, at, action, entry) select environment, $3, $4, $5::json from ended returning environment
        """, [lease.Environment, lease.FencingNumber, .. ValuesOf(entry)]);

    public static StoreStatement FindLease(string environment) => new(
        $"select {LeaseColumns} from maily_deploy.lease where environment = $1 and expires_at + grace > clock_timestamp()", environment);

    /// <summary>
    /// Gives whether the lease holds, whether the record was written now, and the record that stood there before. The lease's row
    /// stays locked until the commit, so that no taker can come between the check and the record.
    /// </summary>
    public static StoreStatement Append(Lease lease, DeploymentId deployment, JournalRecord record) => new("""
        with held as (
            select environment from maily_deploy.lease
            where environment = $1 and number = $2 and expires_at > clock_timestamp() for share
        ), written as (
            insert into maily_deploy.journal (environment, deployment, sequence, record)
            select environment, $3, $4, $5::json from held on conflict do nothing returning sequence
        ), summary as (
            insert into maily_deploy.deployment as present (environment, id, header, outcome, last_at, number)
            select $1, $3, $6::json, $7, $8, $10 from written
            on conflict (environment, id) do update set
                header = coalesce(present.header, excluded.header), last_at = excluded.last_at,
                outcome = case when $9 then null else coalesce(excluded.outcome, present.outcome) end
        )
        select exists (select 1 from held), exists (select 1 from written),
            (select record::text from maily_deploy.journal where environment = $1 and deployment = $3 and sequence = $4)
        """, lease.Environment, lease.FencingNumber, deployment.Value, record.Sequence, Json(record),
        record.Event == JournalEvent.Started ? record.Text : null, record.Event == JournalEvent.Ended ? record.Text : null,
        record.At.ToUniversalTime(), record.Reopens, record.FencingNumber);

    public static StoreStatement Read(string environment, DeploymentId deployment, long after, int limit) => new("""
        select record::text from maily_deploy.journal
        where environment = $1 and deployment = $2 and sequence > $3 order by sequence limit $4
        """, environment, deployment.Value, after, limit);

    public static StoreStatement List(string environment, int limit) => new("""
        select header::text, outcome, last_at from maily_deploy.deployment
        where environment = $1 and header is not null order by number desc, id desc limit $2
        """, environment, limit);

    public static StoreStatement FindHold(string environment) => new("select hold::text from maily_deploy.hold where environment = $1", environment);

    /// <summary>May be repeated: the same entry is noted once.</summary>
    public static StoreStatement SetHold(Hold hold) => new("""
        with held as (
            insert into maily_deploy.hold (environment, hold) values ($1, $2::json)
            on conflict (environment) do update set hold = excluded.hold returning environment
        )
        insert into maily_deploy.audit (environment, at, action, entry) select environment, $3, $4, $5::json from held on conflict do nothing
        """, [hold.Environment, Json(hold), .. ValuesOf(hold.Entry)]);

    /// <summary>Gives one row where there was a hold.</summary>
    public static StoreStatement ClearHold(AuditEntry entry) => new("""
        with cleared as (delete from maily_deploy.hold where environment = $1 returning environment)
        insert into maily_deploy.audit (environment, at, action, entry) select environment, $2, $3, $4::json from cleared returning environment
        """, [entry.Environment, .. ValuesOf(entry)]);

    public static StoreStatement ListAudit(string environment, int limit) => new("""
        select entry::text from maily_deploy.audit where environment = $1 order by at desc, place desc limit $2
        """, environment, limit);

    /// <summary>Gives one row where the lease holds, and none where it is lost.</summary>
    public static StoreStatement AddRelease(Lease lease, ReleaseRecord release) => new("""
        with held as (
            select environment from maily_deploy.lease
            where environment = $1 and number = $2 and expires_at > clock_timestamp() for share
        )
        insert into maily_deploy.release (environment, deployment, record) select $1, $3, $4::json from held returning place
        """, lease.Environment, lease.FencingNumber, release.Deployment.Value, Json(release));

    public static StoreStatement ListReleases(string environment, int limit) => new("""
        select record::text from maily_deploy.release where environment = $1 order by place desc limit $2
        """, environment, limit);

    static object?[] ValuesOf(AuditEntry entry) => [entry.At.ToUniversalTime(), entry.Action.ToString(), Json(entry)];

    static string Json<T>(T value) => JsonSerializer.Serialize(value, DeploymentJson.Line);
}
