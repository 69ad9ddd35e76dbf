using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>The database cannot be reached, does not let us in, or the connection broke.</summary>
public sealed class DatabaseUnreachableException(DatabaseSettings settings, Exception cause)
    : DeployException($"{settings} does not answer.", RemedyFor(cause), cause.InnerException is { } inner ? $"{cause.Message} {inner.Message}" : cause.Message, cause)
{
    static string RemedyFor(Exception cause) => (cause as PostgresException)?.SqlState switch
    {
        "28P01" or "28000" => $"Correct user and password in {DatabaseSettings.UrlVariable} or DATABASE_USER and DATABASE_PASSWORD.",
        "3D000" => $"Correct the database's name in {DatabaseSettings.UrlVariable} or DATABASE_NAME.",
        "53300" => "Close connections, or use the session pooler (port 5432 of *.pooler.supabase.com).",
        _ => "Check host, port and network; db.<ref>.supabase.co has only an IPv6 address, so runners with IPv4 alone need the session pooler (port 5432 of *.pooler.supabase.com).",
    };
}

/// <summary>A pooler in transaction mode stands between us and the database.</summary>
public sealed class TransactionPoolerException(DatabaseSettings settings, string purpose)
    : DeployException($"{settings} is a pooler in transaction mode, which cannot serve {purpose}.",
        $"Put the session pooler or the direct connection (port 5432) into {DatabaseSettings.UrlVariable}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A later deployment has been at this database: this one may change nothing any more.</summary>
public sealed class FencedOutException(string environment, long own, long present)
    : DeployException($"The database of {environment} has seen fencing number {present}; this deployment's is {own}.",
        "Another deployment has taken over: run `./build.sh Status` to see which.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
