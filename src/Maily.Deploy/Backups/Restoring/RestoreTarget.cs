using Maily.Deploy.Postgres;

namespace Maily.Deploy.Backups.Restoring;

/// <summary>What stands in the database that a backup is to be restored into.</summary>
/// <param name="Database">The database.</param>
/// <param name="HasContent">Whether its application schemas hold anything.</param>
/// <param name="Environment">The environment whose own database it is; null where it is none's.</param>
public sealed record RestoreTarget(DatabaseSettings Database, bool HasContent, string? Environment)
{
    const string ContentSql = """
        select exists (select from pg_class c where c.relnamespace::regnamespace::text = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
            and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
        or exists (select from pg_proc p where p.pronamespace::regnamespace::text = any($1)
            and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
        or 'maily_restore_unfinished' = any($1)
        or exists (select from pg_type t left join pg_class c on c.oid = t.typrelid where t.typnamespace::regnamespace::text = any($1)
            and t.typelem = 0 and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
            and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype in ('e', 'i')))
        or exists (select from (select 'pg_collation'::regclass, oid, collnamespace from pg_collation union all select 'pg_ts_config'::regclass, oid, cfgnamespace from pg_ts_config
            union all select 'pg_ts_dict'::regclass, oid, dictnamespace from pg_ts_dict) as thing(class, oid, schema)
            where thing.schema::regnamespace::text = any($1)
            and not exists (select from pg_depend d where d.classid = thing.class and d.objid = thing.oid and d.deptype = 'e'))
        """;

    /// <summary>Looks at it; changes nothing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="own">The environment's own database; null where none is named.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="DatabaseUnreachableException">It does not answer.</exception>
    public static async Task<RestoreTarget> ReadAsync(DatabaseSettings database, DatabaseSettings? own, string environment, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(database).OpenAsync(cancellation);
        var schemas = await connection.ListAsync<string>("select oid::regnamespace::text from pg_namespace where nspname <> all($1) and nspname !~ '^pg_'", cancellation, (object)ApplicationSchemas.LeftOut.ToArray());
        // By its marker, whatever address leads there; by the address, where nothing was deployed to it yet.
        var marker = await EnvironmentMarker.ReadAsync(connection, cancellation);
        return new(database, await connection.FindAsync<bool>(ContentSql, cancellation, (object)schemas.ToArray()), marker ?? (own is not null && IsSamePlace(database, own) ? environment : null));
    }

    /// <summary>Does nothing where the database is empty and no environment's own, or where its name was given as consent.</summary>
    /// <exception cref="RestoreRefusedException">Neither is so.</exception>
    public void RequireConsent(string? confirmed)
    {
        if ((HasContent || Environment is not null) && confirmed != Database.Name)
            throw new RestoreRefusedException(Database, Environment is null ? "is not empty" : $"is the database of {Environment}");
    }

    // Whoever logs in.
    static bool IsSamePlace(DatabaseSettings one, DatabaseSettings other) =>
        DatabaseAgreement.Between(one with { User = other.User, Password = null }, other with { Password = null }).IsSame;
}

/// <summary>A backup would replace what is in a database, and nobody has said that it may.</summary>
public sealed class RestoreRefusedException(DatabaseSettings database, string why)
    : DeployException($"{database} {why}: a restore would replace all that the application has there.", $"Name an empty database, or consent with `--confirm {database.Name}`.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
