using System.Collections.Immutable;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Contracts.Postgrest;

/// <summary>What a request selects: columns, with other names or types, and relations that are embedded.</summary>
sealed record SelectList(ImmutableArray<SelectItem> Items)
{
    public static SelectList Parse(string text) => new([.. Lists.Split(text).Where(item => item.Length > 0).Select(SelectItem.Parse)]);

    /// <summary>As the list of a select; each embedded relation is a sub-select along its foreign key.</summary>
    /// <exception cref="PostgrestRefusedException">A relation cannot be embedded.</exception>
    public string ToSql(string relation, string alias, int depth, Relationships relations) =>
        Items.IsEmpty ? "1" : string.Join(", ", Items.Select(item => item.Embedded is { } embedded
            ? Embed(item, embedded, relation, alias, depth, relations)
            : $"{(item.Name == "*" ? $"{alias}.*" : item.Name == "count()" ? "count(*)" : $"{alias}.{Quoted.Name(item.Name)}")}{(item.Type is { } type ? $"::{type}" : "")}"));

    static string Embed(SelectItem item, SelectList embedded, string relation, string alias, int depth, Relationships relations)
    {
        var inner = $"e{depth}";
        var condition = relations.Join(relation, alias, item.Name, inner, item.Hint);
        return $"(select json_agg(row_to_json(embedded)) from (select {embedded.ToSql(item.Name, inner, depth + 1, relations)} from public.{Quoted.Name(item.Name)} as {inner} where {condition}) as embedded)";
    }
}

/// <summary>One item: <c>label:name::type</c>, <c>relation!hint(...)</c>.</summary>
/// <param name="Name">Column or relation.</param>
/// <param name="Type">The type to cast to, or null.</param>
/// <param name="Hint">The foreign key to embed along, or null.</param>
/// <param name="Embedded">What is selected of the relation; null for a column.</param>
sealed record SelectItem(string Name, string? Type, string? Hint, SelectList? Embedded)
{
    public static SelectItem Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var isEmbedded = open > 0 && text.EndsWith(')') && text != "count()";
        var head = (isEmbedded ? text[..open] : text).TrimStart('.');
        var label = head.IndexOf(':', StringComparison.Ordinal);
        if (label > 0 && head[(label + 1)..] is var named && !named.StartsWith(':'))
            head = named;
        if (isEmbedded)
        {
            var parts = head.Split('!');
            return new(parts[0], null, parts.Skip(1).FirstOrDefault(part => part is not ("inner" or "left")), SelectList.Parse(text[(open + 1)..^1]));
        }

        var cast = head.Split("::", 2);
        var column = cast[0].Split("->")[0];
        return new(column, cast.Length == 2 && cast[1].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ' ') ? cast[1] : null, null, null);
    }
}
