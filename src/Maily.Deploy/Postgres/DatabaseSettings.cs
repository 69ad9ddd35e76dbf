using System.Collections.Immutable;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>Where the application's database is and who we are there. Prints without the password.</summary>
public sealed record DatabaseSettings
{
    /// <summary>The variable that names the database by a connection string.</summary>
    public const string UrlVariable = "SUPABASE_DB_URL";

    /// <summary>The port on which Supabase's pooler works in transaction mode.</summary>
    public const int TransactionPoolerPort = 6543;

    /// <summary>PostgreSQL's port where none is said.</summary>
    public const int StandardPort = 5432;

    /// <summary>Name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = StandardPort;

    /// <summary>The database's name.</summary>
    public required string Name { get; init; }

    /// <summary>The role to log in as; with Supabase's pooler <c>role.project</c>.</summary>
    public required string User { get; init; }

    /// <summary>The role's password; null where the server asks for none.</summary>
    public Secret? Password { get; init; }

    /// <summary>libpq's <c>sslmode</c> (<c>require</c>, <c>verify-full</c>, ...); null leaves the choice to the client (prefer).</summary>
    public string? SslMode { get; init; }

    /// <summary>libpq's <c>sslrootcert</c>: the file of the authority that signed the server's certificate; null for the system's.</summary>
    public string? SslRootCertificate { get; init; }

    /// <summary>Whether the connection string says <c>pgbouncer=true</c>, as some libraries ask for behind a transaction-mode pooler.</summary>
    public bool DeclaresPooler { get; init; }

    /// <summary>
    /// Whether a pooler in transaction mode stands between: it has no session, so no advisory locks, no prepared
    /// statements, no shared snapshot: unfit for migrations and backups.
    /// </summary>
    public bool IsTransactionPooler => Port == TransactionPoolerPort || DeclaresPooler;

    /// <summary>Reads <c>SUPABASE_DB_URL</c> or, where it is not set, the four <c>DATABASE_*</c>.</summary>
    /// <exception cref="MissingVariableException">Neither is set.</exception>
    /// <exception cref="MalformedVariableException">One is set but cannot be read; the value is not shown.</exception>
    public static DatabaseSettings From(Variables variables) =>
        FromUrl(variables) ?? FromParts(variables) ?? throw new MissingVariableException(UrlVariable);

    /// <summary>Reads <c>SUPABASE_DB_URL</c>: a postgres:// address or an Npgsql connection string; null where it is not set.</summary>
    /// <exception cref="MalformedVariableException">It is set but is neither.</exception>
    public static DatabaseSettings? FromUrl(Variables variables) =>
        variables.Find(UrlVariable) is { } text ? ConnectionText.Parse(UrlVariable, text.Trim()) : null;

    /// <summary>Reads a postgres:// address or an Npgsql connection string that stands elsewhere than in a variable.</summary>
    /// <param name="name">What it is called, for the error.</param>
    /// <param name="text">The text; not shown.</param>
    /// <exception cref="MalformedVariableException">It is neither.</exception>
    public static DatabaseSettings Parse(string name, string text) => ConnectionText.Parse(name, text.Trim());

    /// <summary>Reads <c>DATABASE_HOST</c> (with or without <c>:port</c>; else <c>DATABASE_PORT</c>), <c>_USER</c>, <c>_PASSWORD</c> and <c>_NAME</c>; null where none is set.</summary>
    /// <exception cref="MissingVariableException">Some are set and host, user or name is not.</exception>
    /// <exception cref="MalformedVariableException">The host has no valid form.</exception>
    public static DatabaseSettings? FromParts(Variables variables)
    {
        if (PartVariables.All(name => variables.Find(name) is null))
            return null;
        // Where neither host nor DATABASE_PORT says the port, it is that of the connection string.
        var (host, port) = ConnectionText.HostAndPort("DATABASE_HOST", variables.Require("DATABASE_HOST").Reveal().Trim());
        return new()
        {
            Host = host,
            Port = port ?? PortOf(variables) ?? FromUrl(variables)?.Port ?? StandardPort,
            Name = variables.Require("DATABASE_NAME").Reveal(),
            User = variables.Require("DATABASE_USER").Reveal(),
            Password = variables.FindSecret("DATABASE_PASSWORD"),
        };
    }

    static int? PortOf(Variables variables) => variables.Find("DATABASE_PORT") is not { } text ? null
        : ushort.TryParse(text, out var port) && port > 0 ? port : throw new MalformedVariableException("DATABASE_PORT", "a port from 1 to 65535");

    /// <summary>The variables that name the database part by part.</summary>
    public static ImmutableArray<string> PartVariables { get; } = ["DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_NAME"];

    /// <summary><c>user@host:port/name</c>, without the password.</summary>
    public override string ToString() => $"{User}@{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Name}";

    /// <summary>For Npgsql; holds the password, so it stays inside.</summary>
    internal NpgsqlConnectionStringBuilder ToBuilder() => new()
    {
        Host = Host,
        Port = Port,
        Database = Name,
        Username = User,
        Password = Password?.Reveal(),
        SslMode = NpgsqlSslMode(),
        RootCertificate = SslRootCertificate,
        ApplicationName = "maily-deploy",
        Pooling = false,
        Timeout = 15,
        CommandTimeout = 60,
        IncludeErrorDetail = false,
        IncludeFailedBatchedCommand = true,
        MaxAutoPrepare = 0,
        KeepAlive = 30,
    };

    SslMode NpgsqlSslMode() => SslMode switch
    {
        "disable" => Npgsql.SslMode.Disable,
        "allow" => Npgsql.SslMode.Allow,
        "require" => Npgsql.SslMode.Require,
        "verify-ca" => Npgsql.SslMode.VerifyCA,
        "verify-full" => Npgsql.SslMode.VerifyFull,
        _ => Npgsql.SslMode.Prefer,
    };
}
