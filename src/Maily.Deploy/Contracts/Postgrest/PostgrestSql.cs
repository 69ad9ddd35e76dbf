using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Contracts.Postgrest;

/// <summary>The SQL that PostgREST runs for a request: the same relations, columns, functions and values.</summary>
static class PostgrestSql
{
    static readonly string[] NoFilters = ["select", "order", "limit", "offset", "on_conflict", "columns"];

    /// <summary>The statement for a request.</summary>
    /// <exception cref="PostgrestRefusedException">PostgREST would refuse it, or it is not understood here.</exception>
    public static string Of(ContractRequest request, Relationships relations)
    {
        var question = request.Path.IndexOf('?', StringComparison.Ordinal);
        var name = (question < 0 ? request.Path : request.Path[..question]).Trim('/');
        var query = Query(question < 0 ? "" : request.Path[(question + 1)..]);
        if (name.StartsWith("rpc/", StringComparison.Ordinal))
            return Call(name["rpc/".Length..], request, query);
        return request.Method.ToUpperInvariant() switch
        {
            "GET" or "HEAD" => Read(name, query, relations),
            "POST" => Insert(name, request.Body, query),
            "PATCH" => Update(name, request.Body, query),
            "DELETE" => $"delete from {Relation(name)} as t{Where(query)} returning 1",
            var method => throw new PostgrestRefusedException($"the method {method} is not understood"),
        };
    }

    static ImmutableArray<(string Key, string Value)> Query(string text) =>
    [
        .. text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .Select(pair => (Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString((pair.Length == 2 ? pair[1] : "").Replace('+', ' ')))),
    ];

    static string Read(string name, ImmutableArray<(string Key, string Value)> query, Relationships relations)
    {
        var columns = SelectList.Parse(Find(query, "select") ?? "*").ToSql(name, "t", 0, relations);
        var order = Find(query, "order") is { } by ? $" order by {string.Join(", ", by.Split(',').Select(Order))}" : "";
        return $"select {columns} from {Relation(name)} as t{Where(query)}{order}{Bound(query, "limit")}{Bound(query, "offset")}";
    }

    static string Insert(string name, JsonElement? body, ImmutableArray<(string Key, string Value)> query)
    {
        var columns = Columns(body);
        var conflict = Find(query, "on_conflict") is { } keys
            ? $" on conflict ({string.Join(", ", keys.Split(',').Select(Quoted.Name))}) do update set {string.Join(", ", columns.Select(column => $"{Quoted.Name(column)} = excluded.{Quoted.Name(column)}"))}" : "";
        var list = string.Join(", ", columns.Select(Quoted.Name));
        return $"insert into {Relation(name)} ({list}) select {list} from json_populate_recordset(null::{Relation(name)}, {Quoted.Text(AsArray(body))}::json){conflict} returning 1";
    }

    static string Update(string name, JsonElement? body, ImmutableArray<(string Key, string Value)> query) =>
        $"update {Relation(name)} as t set {string.Join(", ", Columns(body).Select(column => $"{Quoted.Name(column)} = given.{Quoted.Name(column)}"))} from json_populate_record(null::{Relation(name)}, {Quoted.Text(body!.Value.GetRawText())}::json) as given{Where(query)} returning 1";

    // A GET has its arguments in the query, a POST in its body.
    static string Call(string function, ContractRequest request, ImmutableArray<(string Key, string Value)> query)
    {
        var arguments = request.Method.Equals("GET", StringComparison.OrdinalIgnoreCase)
            ? query.Where(pair => !NoFilters.Contains(pair.Key)).Select(pair => $"{Quoted.Name(pair.Key)} := {Quoted.Text(pair.Value)}")
            : request.Body is { ValueKind: JsonValueKind.Object } body ? body.EnumerateObject().Select(member => $"{Quoted.Name(member.Name)} := {Value(member.Value)}") : [];
        return $"select * from public.{Quoted.Name(function)}({string.Join(", ", arguments)})";
    }

    static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.String => Quoted.Text(value.GetString()!),
        _ => Quoted.Text(value.GetRawText()),
    };

    static string Where(ImmutableArray<(string Key, string Value)> query)
    {
        var filters = query.Where(pair => !NoFilters.Contains(pair.Key) && !pair.Key.Contains('.', StringComparison.Ordinal)).Select(pair => Filters.ToSql(pair.Key, pair.Value)).ToImmutableArray();
        return filters.IsEmpty ? "" : $" where {string.Join(" and ", filters)}";
    }

    static string Order(string term)
    {
        var parts = term.Split('.');
        return $"t.{Quoted.Name(parts[0])}{(parts.Contains("desc") ? " desc" : "")}{(parts.Contains("nullsfirst") ? " nulls first" : parts.Contains("nullslast") ? " nulls last" : "")}";
    }

    static string Bound(ImmutableArray<(string Key, string Value)> query, string name) => Find(query, name) is { } count && long.TryParse(count, out var number) ? $" {name} {number}" : "";

    static string? Find(ImmutableArray<(string Key, string Value)> query, string key) => query.FirstOrDefault(pair => pair.Key == key).Value;

    static ImmutableArray<string> Columns(JsonElement? body) => (body is { ValueKind: JsonValueKind.Array } rows ? rows.EnumerateArray().FirstOrDefault() : body) is { ValueKind: JsonValueKind.Object } row
        ? [.. row.EnumerateObject().Select(member => member.Name)]
        : throw new PostgrestRefusedException("PGRST102: the body is no object and no array of objects");

    static string AsArray(JsonElement? body) => body!.Value.ValueKind == JsonValueKind.Array ? body.Value.GetRawText() : $"[{body.Value.GetRawText()}]";

    static string Relation(string name) => $"public.{Quoted.Name(name)}";
}
