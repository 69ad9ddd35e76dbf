using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>
/// The default rights that Supabase gives a new project in <c>public</c>. Where migrations change them, what the target has now would
/// count for the tables before that too.
/// </summary>
/// <param name="IsOwnerNamed">Whether the role itself is named among the grantees, as newer projects have it.</param>
sealed record InitialRights(bool IsOwnerNamed)
{
    const string OwnerSql = """
        select exists (select from pg_default_acl d, aclexplode(d.defaclacl) a
            where d.defaclnamespace = 'public'::regnamespace and d.defaclrole = current_user::regrole and a.grantee = d.defaclrole)
        """;

    const string GranteesSql = "select string_agg(quote_ident(rolname), ', ') from pg_roles where rolname in ('anon', 'authenticated', 'service_role') or ($1 and rolname = current_user)";

    /// <summary>Reads what of them the migrations of a target leave as it was.</summary>
    public static async Task<InitialRights> ReadAsync(NpgsqlConnection target, CancellationToken cancellation) => new(await target.FindAsync<bool>(OwnerSql, cancellation));

    /// <summary>Gives them; nothing where the server has none of Supabase's roles.</summary>
    public async Task SetAsync(ScratchDatabase scratch, CancellationToken cancellation)
    {
        await using var connection = await scratch.OpenAsync(cancellation);
        if (await connection.FindAsync<string>(GranteesSql, cancellation, IsOwnerNamed) is not { } grantees)
            return;
        foreach (var kind in new[] { "tables", "functions", "sequences" })
            await connection.RunAsync($"alter default privileges in schema public grant all on {kind} to {grantees}", cancellation);
    }
}
