using Maily.Deploy.Postgres;

namespace Maily.Deploy.Contracts.Postgrest;

/// <summary>Conditions on rows: <c>status=eq.draft</c>, <c>or=(a.gt.1,b.is.null)</c>.</summary>
static class Filters
{
    /// <summary>The condition as SQL; values are of no type, so that the column's decides.</summary>
    /// <exception cref="PostgrestRefusedException">The operator is not understood.</exception>
    public static string ToSql(string key, string value) => key switch
    {
        "or" or "and" => Tree(key, value),
        "not.or" or "not.and" => $"not {Tree(key[4..], value)}",
        _ => Condition(key, value),
    };

    static string Tree(string join, string value) => value is ['(', .., ')']
        ? $"({string.Join($" {join} ", Lists.Split(value[1..^1]).Select(Branch))})"
        : throw new PostgrestRefusedException($"PGRST100: {join} wants conditions in parentheses");

    static string Branch(string term)
    {
        foreach (var join in new[] { "or", "and" })
            if (term.StartsWith($"{join}(", StringComparison.Ordinal))
                return Tree(join, term[join.Length..]);
        var dot = term.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? Condition(term[..dot], term[(dot + 1)..]) : throw new PostgrestRefusedException($"PGRST100: {term} is no condition");
    }

    static string Condition(string column, string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var (operation, value) = dot < 0 ? (text, "") : (text[..dot], text[(dot + 1)..]);
        if (operation == "not")
            return $"not ({Condition(column, value)})";
        var name = $"t.{Quoted.Name(column)}";
        return operation switch
        {
            "eq" => $"{name} = {Quoted.Text(value)}",
            "neq" => $"{name} <> {Quoted.Text(value)}",
            "gt" => $"{name} > {Quoted.Text(value)}",
            "gte" => $"{name} >= {Quoted.Text(value)}",
            "lt" => $"{name} < {Quoted.Text(value)}",
            "lte" => $"{name} <= {Quoted.Text(value)}",
            "like" => $"{name} like {Quoted.Text(value.Replace('*', '%'))}",
            "ilike" => $"{name} ilike {Quoted.Text(value.Replace('*', '%'))}",
            "match" => $"{name} ~ {Quoted.Text(value)}",
            "cs" => $"{name} @> {Quoted.Text(value)}",
            "cd" => $"{name} <@ {Quoted.Text(value)}",
            "ov" => $"{name} && {Quoted.Text(value)}",
            "in" => $"{name} in ({string.Join(", ", Lists.Split(value.TrimStart('(').TrimEnd(')')).Select(item => Quoted.Text(item.Trim('"'))))})",
            "is" when value is "null" or "true" or "false" or "unknown" => $"{name} is {value}",
            "fts" => $"{name} @@ to_tsquery({Quoted.Text(value)})",
            "plfts" => $"{name} @@ plainto_tsquery({Quoted.Text(value)})",
            "wfts" => $"{name} @@ websearch_to_tsquery({Quoted.Text(value)})",
            _ => throw new PostgrestRefusedException($"PGRST100: the operator {operation} is not understood"),
        };
    }
}

/// <summary>Lists with commas, parentheses and quotes.</summary>
static class Lists
{
    /// <summary>The items between the commas of the outermost level.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var (depth, start, quoted) = (0, 0, false);
        for (var at = 0; at < text.Length; at++)
        {
            quoted ^= text[at] == '"';
            depth += quoted ? 0 : text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[at] != ',' || depth != 0 || quoted)
                continue;
            yield return text[start..at].Trim();
            start = at + 1;
        }

        yield return text[start..].Trim();
    }
}
