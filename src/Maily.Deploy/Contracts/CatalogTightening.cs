using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;

namespace Maily.Deploy.Contracts;

/// <summary>
/// Finds what became tighter between two catalogs where contracts are concerned. A sample may pass where another value of the same code
/// would not: a check, a unique index, a policy, a lost right.
/// </summary>
public static class CatalogTightening
{
    /// <summary>What the code of these contracts may not be able to do any more.</summary>
    public static ImmutableArray<ContractBreak> Find(IEnumerable<DatabaseContract> contracts, DatabaseCatalog before, DatabaseCatalog after)
    {
        var tighter = after.DifferencesFrom(before).SelectMany(difference => Tightened.AllOf(difference, before)).ToImmutableArray();
        return
        [
            .. from contract in contracts
               from used in contract.Statements.Select(Used).Concat(contract.Requests.Select(Used))
               from change in tighter
               where used.Mentions(change.Relation) && (used.Writes || !change.OnlyWrites) && change.Concerns(used.Role, after)
               group used by (contract.Service, change) into concerned
               select new ContractBreak(concerned.Key.Service, concerned.First().Name, concerned.First().Text, concerned.Key.change.Reason),
        ];
    }

    static Use Used(ContractStatement statement) =>
        new(statement.Name, statement.Role, statement.Sql, Regex.IsMatch(statement.Sql, @"\b(?:insert|update|delete|merge)\b", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)));

    static Use Used(ContractRequest request) => new(request.Name, request.Role, $"{request.Method} {request.Path}", request.Method.ToUpperInvariant() is not ("GET" or "HEAD"));

    sealed record Use(string Name, string Role, string Text, bool Writes)
    {
        public bool Mentions(string relation) =>
            Regex.IsMatch(Text, $@"(?<![A-Za-z0-9_]){Regex.Escape(relation[(relation.LastIndexOf('.') + 1)..].Trim('"'))}(?![A-Za-z0-9_])", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    /// <param name="Relation">Table or function, with its schema.</param>
    /// <param name="Reason">What became tighter.</param>
    /// <param name="OnlyWrites">Whether readers do not feel it.</param>
    sealed record Tightened(string Relation, string Reason, bool OnlyWrites)
    {
        const string Everybody = "public";

        /// <summary>The rights that somebody has lost; null where it is no right.</summary>
        LostRights? Rights { get; init; }

        /// <summary>Whether that role feels it. What everybody has lost, a role feels that has no right of its own.</summary>
        public bool Concerns(string role, DatabaseCatalog after) => Rights is not { } lost || lost.Role == NameOf(role)
            || (lost.Role == Everybody && lost.Names.Except(RightsIn(after.Items.GetValueOrDefault($"grant {NameOf(role)} on {lost.Target}")?.Definition), StringComparer.Ordinal).Any());

        // As the catalog writes it.
        static string NameOf(string role) => Regex.IsMatch(role, "^[a-z_][a-z0-9_]*$", RegexOptions.None, TimeSpan.FromSeconds(1)) ? role : Quoted.Name(role);

        /// <summary>What a difference makes tighter: of a domain, each column that has it.</summary>
        public static IEnumerable<Tightened> AllOf(CatalogDifference difference, DatabaseCatalog before)
        {
            var (kind, name) = Parts(difference.Title);
            if (kind != "domain" || difference is not { Expected: not null, Actual: { } now })
                return Of(difference, before) is { } one ? [one] : [];
            return from item in before.Items
                   where item.Key.StartsWith("column ", StringComparison.Ordinal) && TypeOf(item.Value.Definition) == name
                   let column = item.Key["column ".Length..]
                   select new Tightened(Parent(column), $"the domain {name} of {column} is another one: {now}", OnlyWrites: true);
        }

        static Tightened? Of(CatalogDifference difference, DatabaseCatalog before)
        {
            var (kind, name) = Parts(difference.Title);
            var (was, now) = (difference.Expected, difference.Actual);
            bool Stood(string relation) => before.Items.ContainsKey($"table {relation}");
            var owner = Parent(name);
            return kind switch
            {
                "column" when was is null && IsDemanded(now!) && Stood(owner) => new(owner, $"{name} is new, is not null and has no default", OnlyWrites: true),
                "column" when was is not null && now is not null && !was.Contains(" not null", StringComparison.Ordinal) && now.Contains(" not null", StringComparison.Ordinal) => new(owner, $"{name} must not be null any more", OnlyWrites: true),
                "column" when was is not null && now is not null && TypeOf(was) != TypeOf(now) => new(owner, $"{name} is {TypeOf(now)}, it was {TypeOf(was)}", OnlyWrites: false),
                "constraint" when now is not null && Stood(owner) && !now.StartsWith("PRIMARY KEY", StringComparison.Ordinal) => new(owner, $"the constraint {name} is {(was is null ? "new" : "another one")}: {now}", OnlyWrites: true),
                "index" when now is not null && now.StartsWith("CREATE UNIQUE", StringComparison.Ordinal) && TableOf(now) is { } table && Stood(table) => new(table, $"the unique index {name} is {(was is null ? "new" : "another one")}", OnlyWrites: true),
                "row-level security" when now is not null && was is not null && now.StartsWith("on", StringComparison.Ordinal) && !was.StartsWith("on", StringComparison.Ordinal) => new(name, $"row-level security is on for {name}", OnlyWrites: false),
                "policy" when was is not null || now!.StartsWith("restrictive", StringComparison.Ordinal) => new(name[(name.IndexOf(" on ", StringComparison.Ordinal) + 4)..], $"the policy {name} is {(now is null ? "gone" : was is null ? "new and restrictive" : "another one")}", OnlyWrites: false),
                "grant" when was is not null => OfGrant(name, was, now),
                _ => null,
            };
        }

        static (string Kind, string Name) Parts(string title)
        {
            foreach (var kind in new[] { "row-level security", "default grant", "materialized view", "foreign table" })
                if (title.StartsWith(kind + " ", StringComparison.Ordinal))
                    return (kind, title[(kind.Length + 1)..]);
            var space = title.IndexOf(' ', StringComparison.Ordinal);
            return (title[..space], title[(space + 1)..]);
        }

        static bool IsDemanded(string column) =>
            column.Contains(" not null", StringComparison.Ordinal) && !column.Contains(" default ", StringComparison.Ordinal) && !column.Contains(" generated ", StringComparison.Ordinal) && !column.Contains(" identity ", StringComparison.Ordinal);

        static string TypeOf(string column) => Regex.Split(column, " (?:not null|collate|default|generated|identity)", RegexOptions.None, TimeSpan.FromSeconds(1))[0];

        static string Parent(string name) => name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : name;

        static string? TableOf(string index) => Regex.Match(index, @" ON (?:ONLY )?(?<table>\S+) USING", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match ? match.Groups["table"].Value : null;

        // "anon on relation public.a", "anon on column public.a.b", "anon on function public.f(integer)".
        static string RelationOf(string grant)
        {
            var target = grant[(grant.IndexOf(" on ", StringComparison.Ordinal) + 4)..];
            var (kind, name) = (target[..target.IndexOf(' ', StringComparison.Ordinal)], target[(target.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            return kind switch { "column" => Parent(name), "function" => name.Split('(')[0], _ => name };
        }

        static Tightened? OfGrant(string name, string was, string? now)
        {
            var on = name.IndexOf(" on ", StringComparison.Ordinal);
            var (role, target, lost) = (name[..on], name[(on + 4)..], RightsIn(was).Except(RightsIn(now), StringComparer.Ordinal).ToImmutableArray());
            return lost.IsEmpty ? null : new(RelationOf(name), $"{role} has lost {string.Join(", ", lost)} on {RelationOf(name)}", !lost.Any(right => right is "SELECT" or "EXECUTE" or "USAGE"))
            {
                Rights = new(role, target, lost),
            };
        }

        // Code neither empties tables nor makes keys and triggers to them, nor hands rights on.
        static IEnumerable<string> RightsIn(string? grant) => (grant ?? "").Replace(" with grant option", "", StringComparison.Ordinal)
            .Split(", ", StringSplitOptions.RemoveEmptyEntries).Except(["TRUNCATE", "REFERENCES", "TRIGGER"], StringComparer.Ordinal);
    }

    /// <param name="Role">Who has lost them, as the catalog writes it.</param>
    /// <param name="Target">On what: <c>relation public.a</c>.</param>
    /// <param name="Names">SELECT, INSERT, ...</param>
    sealed record LostRights(string Role, string Target, ImmutableArray<string> Names);
}
