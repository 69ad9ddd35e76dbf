using Npgsql;

namespace Maily.Deploy.Sandbox.Postgres;

/// <summary>Gives a fresh server the roles, schemas and grants that a Supabase project has before its first migration.</summary>
static class SupabaseShape
{
    static readonly string[] Scripts = ["roles", "auth", "storage", "realtime", "platform", "marker"];

    /// <summary>Applies it, and makes the journal's database.</summary>
    public static async Task ApplyAsync(string superuser, PostgresOptions options, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(superuser);
        await connection.OpenAsync(cancellation);
        await ExecuteAsync(connection, $"create role {options.Role} login createdb createrole replication bypassrls password '{options.Password}'", cancellation);
        await ExecuteAsync(connection, string.Join('\n', Scripts.Select(name => Read(name, options))), cancellation);
        await ExecuteAsync(connection, $"create database {options.JournalDatabase} owner {options.Role}", cancellation);
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>One of the scripts, for this server.</summary>
    public static string Read(string name, PostgresOptions options)
    {
        using var stream = typeof(SupabaseShape).Assembly.GetManifestResourceStream($"Supabase.{name}.sql")
            ?? throw new FarSideException("postgres", $"the script {name}.sql is not in this assembly.", "Build the sandbox anew.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Replace("@role", options.Role, StringComparison.Ordinal)
            .Replace("@database", options.Database, StringComparison.Ordinal);
    }
}
