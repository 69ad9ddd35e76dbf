using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Whether a selector of the API chooses something with these labels.</summary>
static class LabelSelector
{
    /// <summary>All of <c>matchLabels</c> and <c>matchExpressions</c> must hold; an empty selector chooses all, none chooses nothing.</summary>
    public static bool Matches(JsonNode? selector, JsonObject labels) => selector is JsonObject json
        && (json["matchLabels"] as JsonObject ?? []).All(pair => labels[pair.Key]?.ToString() == pair.Value?.ToString())
        && json.Objects("matchExpressions").All(expression => Holds(expression, labels));

    static bool Holds(JsonObject expression, JsonObject labels)
    {
        var value = labels[expression.Text("key") ?? ""]?.ToString();
        var values = (expression["values"] as JsonArray)?.Select(item => item?.ToString()).ToArray() ?? [];
        return expression.Text("operator") switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
