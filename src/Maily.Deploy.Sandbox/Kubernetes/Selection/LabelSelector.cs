using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Selection;

/// <summary>A condition over labels: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>, or the same as an object.</summary>
internal sealed partial class LabelSelector
{
    readonly IReadOnlyList<Requirement> requirements;

    LabelSelector(IEnumerable<Requirement> requirements) => this.requirements = [.. requirements];

    public bool Matches(IReadOnlyDictionary<string, string> labels) => requirements.All(item => item.Holds(labels));

    /// <exception cref="ApiException">400: not a selector.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return new LabelSelector([]);
        return new LabelSelector(Terms().Split(text).Select(term => Term(term.Trim(), text)));
    }

    /// <summary>From matchLabels and matchExpressions; null selects nothing.</summary>
    public static LabelSelector? Of(JsonNode? selector)
    {
        if (selector is not JsonObject) return null;
        var equal = Metadata.Strings(selector.Map("matchLabels")).Select(pair => new Requirement(pair.Key, Operator.In, [pair.Value]));
        var expressions = selector.Items("matchExpressions").Select(item => new Requirement(
            item.Text("key") ?? "", Enum.Parse<Operator>(item.Text("operator") ?? "Exists"), [.. item.Items("values").Select(value => value.ToString())]));
        return new LabelSelector(equal.Concat(expressions));
    }

    static Requirement Term(string term, string whole)
    {
        if (SetBased().Match(term) is { Success: true } set)
        {
            var values = set.Groups["values"].Value.Split(',').Select(value => value.Trim());
            return new Requirement(set.Groups["key"].Value, set.Groups["not"].Success ? Operator.NotIn : Operator.In, [.. values]);
        }

        if (Equality().Match(term) is { Success: true } equal)
            return new Requirement(equal.Groups["key"].Value, equal.Groups["not"].Success ? Operator.NotIn : Operator.In, [equal.Groups["value"].Value]);
        if (Existence().Match(term) is { Success: true } existence)
            return new Requirement(existence.Groups["key"].Value, existence.Groups["not"].Success ? Operator.DoesNotExist : Operator.Exists, []);
        throw ApiException.BadRequest($"unable to parse requirement: \"{term}\" of the selector \"{whole}\"");
    }

    enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
    }

    sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels) => Operator switch
        {
            Operator.In => labels.TryGetValue(Key, out var value) && Values.Contains(value),
            Operator.NotIn => !labels.TryGetValue(Key, out var value) || !Values.Contains(value),
            Operator.Exists => labels.ContainsKey(Key),
            _ => !labels.ContainsKey(Key),
        };
    }

    [GeneratedRegex(@",(?![^(]*\))", RegexOptions.None, 1000)]
    private static partial Regex Terms();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<not>not)?in\s*\((?<values>[^()]*)\)$", RegexOptions.None, 1000)]
    private static partial Regex SetBased();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?:(?<not>!)=|==?)\s*(?<value>[\w.-]*)$", RegexOptions.None, 1000)]
    private static partial Regex Equality();

    [GeneratedRegex(@"^(?<not>!)?\s*(?<key>[\w./-]+)$", RegexOptions.None, 1000)]
    private static partial Regex Existence();
}
