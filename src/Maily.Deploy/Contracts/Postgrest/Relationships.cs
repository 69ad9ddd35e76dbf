using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Contracts.Postgrest;

/// <summary>A foreign key between two relations of the exposed schema.</summary>
/// <param name="Name">The constraint.</param>
/// <param name="From">The relation that refers.</param>
/// <param name="FromColumns">Its columns.</param>
/// <param name="To">The relation that is referred to.</param>
/// <param name="ToColumns">Its columns.</param>
sealed record Relationship(string Name, string From, ImmutableArray<string> FromColumns, string To, ImmutableArray<string> ToColumns);

/// <summary>The foreign keys along which PostgREST embeds one relation in another.</summary>
sealed record Relationships(ImmutableArray<Relationship> All)
{
    const string Sql = """
        select k.conname::text, f.relname::text, t.relname::text,
            (select array_agg(a.attname::text order by o) from unnest(k.conkey) with ordinality x(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.n),
            (select array_agg(a.attname::text order by o) from unnest(k.confkey) with ordinality x(n, o) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.n)
        from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
        where k.contype = 'f' and f.relnamespace = 'public'::regnamespace and t.relnamespace = 'public'::regnamespace
        """;

    public static async Task<Relationships> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var all = ImmutableArray.CreateBuilder<Relationship>();
        while (await reader.ReadAsync(cancellation))
            all.Add(new(reader.GetString(0), reader.GetString(1), [.. await reader.GetFieldValueAsync<string[]>(3, cancellation)], reader.GetString(2), [.. await reader.GetFieldValueAsync<string[]>(4, cancellation)]));
        return new(all.ToImmutable());
    }

    /// <summary>The condition that joins the two, by their aliases.</summary>
    /// <exception cref="PostgrestRefusedException">There is no way between them, or more than one.</exception>
    public string Join(string outer, string outerAlias, string inner, string innerAlias, string? hint)
    {
        var found = All.Where(one => (one.From == outer && one.To == inner || one.From == inner && one.To == outer)
            && (hint is null || one.Name == hint || one.FromColumns.Contains(hint))).ToImmutableArray();
        return found switch
        {
            [var one] when one.From == outer => Equal(outerAlias, one.FromColumns, innerAlias, one.ToColumns),
            [var one] => Equal(innerAlias, one.FromColumns, outerAlias, one.ToColumns),
            [] => throw new PostgrestRefusedException($"PGRST200: no relationship between {outer} and {inner}"),
            _ => throw new PostgrestRefusedException($"PGRST201: more than one relationship between {outer} and {inner}: {string.Join(", ", found.Select(one => one.Name))}"),
        };
    }

    static string Equal(string from, ImmutableArray<string> fromColumns, string to, ImmutableArray<string> toColumns) =>
        string.Join(" and ", fromColumns.Zip(toColumns, (a, b) => $"{from}.{Quoted.Name(a)} = {to}.{Quoted.Name(b)}"));
}

/// <summary>PostgREST would refuse a request, or it is written in a way that is not understood here.</summary>
public sealed class PostgrestRefusedException(string fact)
    : DeployException(fact, "Correct the request; what is not understood here can be recorded as a statement instead.");
