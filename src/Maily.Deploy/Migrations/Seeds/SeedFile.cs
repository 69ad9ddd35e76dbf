using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.FileSystemGlobbing;
using Npgsql;
using Tomlyn;
using Tomlyn.Model;

namespace Maily.Deploy.Migrations.Seeds;

/// <summary>Rows for a database, by the rules of the Supabase CLI's <c>--include-seed</c>: run once, and known by path and checksum.</summary>
/// <param name="Path">As the CLI knows it: <c>supabase/seed.sql</c>.</param>
/// <param name="Hash">SHA-256 of the file, 64 hexadecimal digits.</param>
/// <param name="Content">Its statements.</param>
public sealed record SeedFile(string Path, string Hash, MigrationFile Content)
{
    internal const string Create = "create schema if not exists supabase_migrations; create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null)";

    internal const string Upsert = "insert into supabase_migrations.seed_files (path, hash) values ($1, $2) on conflict (path) do update set hash = excluded.hash";

    /// <summary>The files that <c>config.toml</c> beside the migrations names, each pattern's in order; <c>seed.sql</c> where it names none, and none where it switches seeds off.</summary>
    /// <exception cref="UnreadableMigrationException">The configuration or a file cannot be read.</exception>
    public static async Task<ImmutableArray<SeedFile>> ReadAsync(string supabase, CancellationToken cancellation)
    {
        var files = ImmutableArray.CreateBuilder<SeedFile>();
        foreach (var path in (await PatternsAsync(supabase, cancellation)).SelectMany(pattern => Matching(supabase, pattern)).Distinct(StringComparer.Ordinal))
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellation);
            var name = $"supabase/{System.IO.Path.GetRelativePath(supabase, path).Replace('\\', '/')}";
            files.Add(new(name, Convert.ToHexStringLower(SHA256.HashData(bytes)), MigrationFolder.ParseUnversioned(path, bytes)));
        }

        return files.ToImmutable();
    }

    /// <summary>What the database has: checksums by path.</summary>
    public static async Task<ImmutableDictionary<string, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        try
        {
            await using var command = connection.CommandOf("select path, hash from supabase_migrations.seed_files");
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                applied[reader.GetString(0)] = reader.GetString(1);
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nothing was ever seeded.
        }

        return applied.ToImmutable();
    }

    static async Task<ImmutableArray<string>> PatternsAsync(string supabase, CancellationToken cancellation)
    {
        var config = System.IO.Path.Combine(supabase, "config.toml");
        if (!File.Exists(config))
            return ["seed.sql"];
        try
        {
            var root = TomlSerializer.Deserialize<TomlTable>(await File.ReadAllTextAsync(config, cancellation));
            var seed = Find(Find(root, "db") as TomlTable, "seed") as TomlTable;
            if (Find(seed, "enabled") is false)
                return [];
            return Find(seed, "sql_paths") is TomlArray paths ? [.. paths.OfType<string>()] : ["seed.sql"];
        }
        catch (TomlException broken)
        {
            throw new UnreadableMigrationException(config, "it is no TOML", "Correct it.", broken.Message);
        }
    }

    static object? Find(TomlTable? table, string name) => table is not null && table.TryGetValue(name, out var value) ? value : null;

    static IEnumerable<string> Matching(string supabase, string pattern) =>
        Directory.Exists(supabase) ? new Matcher().AddInclude(pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern).GetResultsInFullPath(supabase).Order(StringComparer.Ordinal) : [];
}
