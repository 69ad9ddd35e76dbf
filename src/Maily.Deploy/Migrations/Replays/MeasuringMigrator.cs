using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>Applies migrations to a scratch database one statement after another, and looks after each what it did to the tables.</summary>
sealed class MeasuringMigrator(NpgsqlConnection connection, TimeProvider time)
{
    const string StateSql = """
        select c.oid, format('%I.%I', n.nspname, c.relname), coalesce(pg_relation_filenode(c.oid), 0),
            coalesce((select seq_scan from pg_stat_xact_user_tables s where s.relid = c.oid), 0),
            (select string_agg(l.mode, ',') from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted and l.relation = c.oid
                and l.database = (select oid from pg_database where datname = current_database())),
            exists (select from maily_deploy.rewritten r where r.relation = c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'maily_deploy') and ($1 is null or c.oid = any($1))
        """;

    /// <summary>Applies them in order, and tells after each.</summary>
    /// <exception cref="MigrationFailedException">A statement failed.</exception>
    public async Task<ImmutableArray<MeasuredStatement>> ApplyAsync(ImmutableArray<MigrationFile> files, Func<MigrationFile, CancellationToken, Task> applied, CancellationToken cancellation)
    {
        var known = await ReadAsync(null, cancellation);
        var measured = ImmutableArray.CreateBuilder<MeasuredStatement>();
        foreach (var file in files)
        {
            await connection.RunAsync("reset all", cancellation);
            foreach (var group in MigrationPlan.For(file).Groups)
            {
                await using var transaction = group.InTransaction ? await connection.BeginTransactionAsync(group.Isolation, cancellation) : null;
                var before = await ReadAsync(known, cancellation);
                foreach (var index in group.Statements.Where(index => !file.Statements[index].IsEmpty))
                {
                    var begun = time.GetTimestamp();
                    await StatementBatch.RunAsync(connection, file, [index], cancellation);
                    var took = time.GetElapsedTime(begun);
                    var after = await ReadAsync(known, cancellation);
                    measured.Add(new(file, index, Impacts(file.Statements[index], known, before, after), took));
                    before = after;
                }

                if (transaction is not null)
                    await transaction.CommitAsync(cancellation);
            }

            await ScratchMigrator.RecordAsync(connection, file, cancellation);
            await applied(file, cancellation);
        }

        return measured.ToImmutable();
    }

    // A table that is dropped stays in no list: its lock counted when it was taken, which the drop itself does.
    static ImmutableArray<TableImpact> Impacts(SqlStatement statement, Dictionary<uint, TableState> known, Dictionary<uint, TableState> before, Dictionary<uint, TableState> after)
    {
        var impacts = ImmutableArray.CreateBuilder<TableImpact>();
        foreach (var (oid, start) in known)
        {
            if (!before.TryGetValue(oid, out var was))
                continue;
            if (!after.TryGetValue(oid, out var now))
            {
                impacts.Add(new(start.Name, TableLockMode.AccessExclusive, IsNewLock: true, IsRewritten: false, IsScanned: false));
                continue;
            }

            var isRewritten = now.Rewritten && !was.Rewritten || now.FileNode != was.FileNode && !statement.StartsWith("TRUNCATE");
            var impact = new TableImpact(start.Name, now.Lock, now.Lock is not null && (was.Lock is null || now.Lock > was.Lock), isRewritten, now.Scans > was.Scans);
            if (impact is { IsNewLock: true } or { IsRewritten: true } or { IsScanned: true })
                impacts.Add(impact);
        }

        return impacts.ToImmutable();
    }

    async Task<Dictionary<uint, TableState>> ReadAsync(Dictionary<uint, TableState>? known, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(StateSql, connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid, Value = known is null ? DBNull.Value : known.Keys.ToArray(),
        });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var states = new Dictionary<uint, TableState>();
        while (await reader.ReadAsync(cancellation))
            states[await reader.GetFieldValueAsync<uint>(0, cancellation)] = new(
                reader.GetString(1), await reader.GetFieldValueAsync<uint>(2, cancellation), reader.GetInt64(3),
                await reader.IsDBNullAsync(4, cancellation) ? null : Strongest(reader.GetString(4)), reader.GetBoolean(5));
        return states;
    }

    static TableLockMode Strongest(string modes) => modes.Split(',').Max(mode => Enum.Parse<TableLockMode>(mode.Replace("Lock", "", StringComparison.Ordinal)));

    sealed record TableState(string Name, uint FileNode, long Scans, TableLockMode? Lock, bool Rewritten);
}

/// <summary>Notes on a scratch database which tables are rewritten; a superuser's event trigger tells it apart from emptying a table.</summary>
static class RewriteWatch
{
    const string Table = "create schema if not exists maily_deploy; create table maily_deploy.rewritten (relation oid primary key)";

    const string Trigger = """
        create function maily_deploy.note_rewrite() returns event_trigger language plpgsql security definer set search_path = '' as $$
        begin
          insert into maily_deploy.rewritten values (pg_event_trigger_table_rewrite_oid()) on conflict do nothing;
        end $$;
        create event trigger maily_note_rewrite on table_rewrite execute function maily_deploy.note_rewrite();
        grant usage on schema maily_deploy to public; grant select on maily_deploy.rewritten to public
        """;

    public static async Task SetAsync(Postgres.Scratch.ScratchDatabase scratch, CancellationToken cancellation)
    {
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        await connection.RunAsync(scratch.IsSuperuser ? $"{Table};\n{Trigger}" : Table, cancellation);
    }
}
