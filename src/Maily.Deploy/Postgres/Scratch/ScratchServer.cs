using System.Collections.Immutable;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>
/// The server on which scratch databases are made: backups are restored there to be checked, and migrations are tried. It sees
/// what the backups hold, personal data too, so that who may reach it is a decision: a variable names it, and nothing else does.
/// </summary>
/// <param name="Settings">A role there that may create databases, best a superuser.</param>
public sealed record ScratchServer(DatabaseSettings Settings)
{
    /// <summary>The variable that names it, as a connection string; the database in it is only connected to.</summary>
    public const string UrlVariable = "RESTORE_CHECK_URL";

    /// <summary>The server that the variable names; null where it is not set.</summary>
    /// <exception cref="MalformedVariableException">It is set but is no connection string.</exception>
    public static ScratchServer? Find(Variables variables) =>
        variables.Find(UrlVariable) is { } text ? new(ConnectionText.Parse(UrlVariable, text.Trim())) : null;

    /// <summary>The server that the variable names.</summary>
    /// <exception cref="MissingVariableException">It is not set.</exception>
    public static ScratchServer From(Variables variables) => Find(variables) ?? throw new MissingVariableException(UrlVariable);

    /// <summary>Checks that what the target's database holds can live here.</summary>
    /// <returns>What the target is and its role is called.</returns>
    /// <exception cref="ScratchUnfitException">Another major version; an extension or a role is missing; an extension works in one database only.</exception>
    public Task<ScratchTarget> FitAsync(NpgsqlConnection target, CancellationToken cancellation) => FitAsync(target, [], cancellation);

    /// <summary>The same where migrations will make extensions that the target may not have yet.</summary>
    internal async Task<ScratchTarget> FitAsync(NpgsqlConnection target, IEnumerable<string> made, CancellationToken cancellation)
    {
        var wanted = await ScratchTarget.ReadAsync(target, cancellation);
        await using var connection = await Connections.OpenAsync(Settings, cancellation);
        var offer = await ScratchOffer.ReadAsync(connection, cancellation);
        ThrowIfLacking(wanted, offer);
        ThrowIfBound(wanted.Extensions.Concat(made), offer);
        return wanted;
    }

    // Whatever the server's settings are, it is made in the one database that they name, and scratch databases come and go.
    internal void ThrowIfBound(IEnumerable<string> wanted, ScratchOffer offer)
    {
        if (wanted.Intersect(offer.BoundExtensions, StringComparer.Ordinal).ToArray() is [var bound, ..])
            throw new ScratchUnfitException(this, $"its {bound} can be made in one database of a server only, and not in a scratch database",
                $"Name a server by {UrlVariable} whose {bound} is a stand-in, an extension of that name with the functions that migrations call and nothing behind them: the server of `./build.sh Sandbox` has one.");
    }

    internal void ThrowIfLacking(ScratchTarget wanted, ScratchOffer offer)
    {
        if (offer.Major != wanted.Major)
            throw new ScratchUnfitException(this, $"it runs PostgreSQL {offer.Major}, the database {wanted.Major}", $"Name a server of version {wanted.Major} by {UrlVariable}.");
        if (wanted.Extensions.Except(offer.Extensions, StringComparer.Ordinal).ToImmutableArray() is { IsEmpty: false } extensions)
            throw new ScratchUnfitException(this, $"it has no extension {string.Join(", ", extensions)}", $"Install the packages of these extensions on that server, or name another one by {UrlVariable}.");
        if (wanted.Roles.Except(offer.Roles, StringComparer.Ordinal).ToImmutableArray() is { IsEmpty: false } roles)
            throw new ScratchUnfitException(this, $"it has no role {string.Join(", ", roles)}", $"Make them there: {string.Join(' ', roles.Select(role => $"create role {Quoted.Name(role)};"))}");
    }
}

/// <summary>What a scratch server must have for a target's database.</summary>
/// <param name="Major">The server's major version.</param>
/// <param name="Role">The role that migrations run as.</param>
/// <param name="Extensions">Names of the extensions in the database.</param>
/// <param name="Roles">Roles that own something there or have rights on it.</param>
public sealed record ScratchTarget(int Major, string Role, ImmutableArray<string> Extensions, ImmutableArray<string> Roles)
{
    const string RolesSql = """
        select distinct r.rolname::text from pg_shdepend d join pg_roles r on r.oid = d.refobjid
        where d.refclassid = 'pg_authid'::regclass and d.dbid = (select oid from pg_database where datname = current_database()) and r.rolname !~ '^pg_'
        union select current_user::text order by 1
        """;

    internal static async Task<ScratchTarget> ReadAsync(NpgsqlConnection target, CancellationToken cancellation) => new(
        target.PostgreSqlVersion.Major,
        await target.FindAsync<string>("select current_user::text", cancellation) ?? "",
        [.. await target.ListAsync<string>("select extname::text from pg_extension order by 1", cancellation)],
        [.. await target.ListAsync<string>(RolesSql, cancellation)]);
}

/// <summary>What a scratch server has.</summary>
/// <param name="Major">Its major version.</param>
/// <param name="Extensions">Names of the extensions that can be made there.</param>
/// <param name="Roles">Its roles.</param>
sealed record ScratchOffer(int Major, ImmutableArray<string> Extensions, ImmutableArray<string> Roles)
{
    // By what its authors call it, or by the setting that it brings.
    const string BoundSql = """
        select name::text from pg_available_extensions where name = 'pg_cron' and (comment like 'Job scheduler%' or current_setting('cron.database_name', true) is not null)
        """;

    /// <summary>Names of those that work in one database of the server only.</summary>
    public ImmutableArray<string> BoundExtensions { get; init; } = [];

    public static async Task<ScratchOffer> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) => new(
        connection.PostgreSqlVersion.Major,
        [.. await connection.ListAsync<string>("select name::text from pg_available_extensions", cancellation)],
        [.. await connection.ListAsync<string>("select rolname::text from pg_roles", cancellation)])
    {
        BoundExtensions = [.. await connection.ListAsync<string>(BoundSql, cancellation)],
    };
}

/// <summary>A scratch server cannot hold what the database holds; nothing was touched.</summary>
public sealed class ScratchUnfitException(ScratchServer server, string reason, string remedy)
    : DeployException($"{server.Settings} cannot hold a copy of the database: {reason}.", remedy)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
