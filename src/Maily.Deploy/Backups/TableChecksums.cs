using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// Counts and checksums of tables: the sum over all rows of a hash of the row's values, seeded so that nobody can try out
/// guesses without the seed. The order of the rows does not matter; two equal rows count twice.
/// </summary>
/// <param name="seed">The same seed gives the same checksums, on every server.</param>
public sealed class TableChecksums(long seed)
{
    // Whatever changes how a value is written. Without row_security = off a policy would hide rows silently. Hosted Supabase ends the
    // statements of a role after two minutes, in which no big table is read.
    internal const string Settings = """
        set local search_path = ''; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local timezone = 'UTC';
        set local extra_float_digits = 3; set local bytea_output = 'hex'; set local xmlbinary = 'base64'; set local lc_monetary = 'C';
        set local row_security = off; set local lock_timeout = '10s'; set local statement_timeout = 0
        """;

    // Which values differ is for their bytes to say: 1.0 equals 1.00, and a type's own hash would take them for the same. The number of
    // an enum's label differs from database to database, so that other types are hashed as text. A bigint's hash folds its halves
    // onto each other; a time's too, but of two times that is chance. What a record's columns hash to is added up: without the hash
    // around it, two rows could swap a value unseen.
    const string Statement = """
        format('select count(*), coalesce(sum(hashtextextended('''', hash_record_extended(row(%s), {1}))), 0)::text from only %s as c',
          (select string_agg(case
              when t.typnamespace <> 'pg_catalog'::regnamespace then format('row(c.%I)::text', a.attname)
              when t.typname in ('bool', 'int2', 'int4', 'oid', 'date', 'uuid', 'bytea', 'time', 'timestamp', 'timestamptz') then format('c.%I', a.attname)
              when t.typname in ('text', 'varchar') then format('c.%I collate "C"', a.attname)
              when t.typname = 'int8' then format('c.%1$I, c.%1$I >> 32', a.attname)
              when t.typname in ('float4', 'float8', 'numeric', 'json', 'jsonb') then format('%s(c.%I)', t.typsend, a.attname)
              else format('row(c.%I)::text', a.attname) end, ', ' order by a.attnum)
            from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = {0}::regclass and a.attnum > 0 and not a.attisdropped and {2}), {0}::regclass)
        """;

    /// <summary>The seed that a receipt's checksums were made with.</summary>
    /// <exception cref="BackupKeyMissingException">It is derived from a key that is not at hand.</exception>
    public static TableChecksums Of(BackupReceipt receipt, BackupKeys? keys) => new(SeedIn(receipt, keys));

    /// <summary>That seed itself.</summary>
    /// <exception cref="BackupKeyMissingException">It is derived from a key that is not at hand.</exception>
    internal static long SeedIn(BackupReceipt receipt, BackupKeys? keys) => receipt switch
    {
        { KeyId: { } id } => SeedOf(keys?.Require(id) ?? throw new BackupKeyMissingException(id, null), receipt.Deployment),
        { Seed: { } text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) => seed,
        _ => throw new BackupDamagedException(receipt.Location, "its receipt names neither key nor seed"),
    };

    /// <summary>The seed of a sealed backup.</summary>
    internal static long SeedOf(BackupKey key, string backup) => BinaryPrimitives.ReadInt64LittleEndian(key.Derive("checksums", backup));

    /// <summary>A seed for a backup that is not sealed.</summary>
    internal static long RandomSeed() => BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    /// <summary>An SQL expression that gives the statement which reads one table's count and checksum, under <see cref="Settings"/>.</summary>
    /// <param name="table">An expression for the table's name.</param>
    /// <param name="seed">The seed, as that statement has it.</param>
    /// <param name="columns">An expression for the names of the columns that count; null: all of them.</param>
    internal static string StatementFor(string table, string seed, string? columns = null) => Statement.Replace("{0}", table, StringComparison.Ordinal)
        .Replace("{1}", seed, StringComparison.Ordinal).Replace("{2}", columns is null ? "true" : $"a.attname = any({columns})", StringComparison.Ordinal);

    /// <summary>Makes the settings of the open transaction those under which values are read.</summary>
    internal static Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection.RunAsync(Settings, cancellation);

    /// <summary>Reads one table after <see cref="BeginAsync"/>, in the transaction that is open on the connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">Schema and name, quoted where needed, as <c>regclass</c> prints them.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="PostgresException">The table is not there, or may not be read (42501).</exception>
    internal async Task<BackupTable> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellation) =>
        await ReadAsync(connection, table, await connection.FindAsync<string>($"select {StatementFor("$1", "$1")}", cancellation, table), cancellation);

    /// <summary>The same of some columns only.</summary>
    internal async Task<BackupTable> ReadAsync(NpgsqlConnection connection, string table, ImmutableArray<string> columns, CancellationToken cancellation) =>
        await ReadAsync(connection, table, await connection.FindAsync<string>($"select {StatementFor("$1", "$1", "$2")}", cancellation, table, columns.ToArray()), cancellation);

    async Task<BackupTable> ReadAsync(NpgsqlConnection connection, string table, string? statement, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf(statement!, seed);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(table, reader.GetInt64(0), reader.GetString(1));
    }
}
