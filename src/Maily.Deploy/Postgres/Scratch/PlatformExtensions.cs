using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>An extension of the target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">Where its objects are.</param>
/// <param name="IsOwn">Whether it is the role's that migrations run as.</param>
/// <param name="Schemas">The schemas that it has made itself.</param>
sealed record PlatformExtension(string Name, string Schema, bool IsOwn, ImmutableArray<string> Schemas)
{
    /// <summary>Whether its schema is there before any migration.</summary>
    public bool IsOnPlatform => Schema is "public" or "pg_catalog" || ApplicationSchemas.LeftOut.Contains(Schema);
}

/// <summary>
/// The target's extensions that a scratch database does not get from the dump of the platform: those that migrations make, that lie in a
/// schema which migrations make, or that belong to the role, which must own them there too.
/// </summary>
/// <param name="Left">Which they are.</param>
/// <param name="Made">Names of those that migrations make and that must not be there before.</param>
sealed record PlatformExtensions(ImmutableArray<PlatformExtension> Left, IReadOnlySet<string> Made)
{
    const string Sql = """
        select array[e.extname::text, n.nspname::text, (e.extowner = current_user::regrole)::text] || coalesce((select array_agg(m.nspname::text)
            from pg_depend d join pg_namespace m on m.oid = d.objid
            where d.classid = 'pg_namespace'::regclass and d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'), '{}')
        from pg_extension e join pg_namespace n on n.oid = e.extnamespace order by e.extname
        """;

    /// <summary>None: the dump is taken as it is.</summary>
    public static PlatformExtensions None { get; } = new([], ImmutableHashSet<string>.Empty);

    /// <summary>Asks the target for them.</summary>
    public static async Task<PlatformExtensions> ReadAsync(NpgsqlConnection target, IReadOnlySet<string> made, CancellationToken cancellation)
    {
        var all = (await target.ListAsync<string[]>(Sql, cancellation)).Select(row => new PlatformExtension(row[0], row[1], row[2] == "true", [.. row[3..]]));
        return new([.. all.Where(extension => made.Contains(extension.Name) || extension.IsOwn || !extension.IsOnPlatform)], made);
    }

    /// <summary>Makes those that are the role's and that no migration makes.</summary>
    public async Task MakeAsync(ScratchDatabase scratch, CancellationToken cancellation)
    {
        foreach (var extension in Left.Where(extension => extension.IsOnPlatform && !Made.Contains(extension.Name)))
            await MakeAsync(scratch, $"create extension if not exists {Quoted.Name(extension.Name)} with schema {Quoted.Name(extension.Schema)} cascade", cancellation);
    }

    static async Task MakeAsync(ScratchDatabase scratch, string sql, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await scratch.OpenAsync(cancellation);
            await connection.RunAsync(sql, cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Supabase lets its projects make more extensions than PostgreSQL does.
            await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
            await connection.RunAsync(sql, cancellation);
        }
    }
}
