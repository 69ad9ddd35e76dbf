using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.AiServices.Routing;

/// <summary>The ConfigMap from which the adapters read the routing.</summary>
public static class RoutingConfig
{
    /// <summary>Its name.</summary>
    public const string Name = "ai-routing";

    /// <summary>The key under which the routing stands as JSON.</summary>
    public const string Key = "routing.json";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Equal routings give equal texts: so pods roll when the routing changes, and only then.</summary>
    public static KubernetesObject ToConfigMap(AiRouting routing) => new(new JsonObject
    {
        ["apiVersion"] = "v1", ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = Name, ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = Name, ["app.kubernetes.io/part-of"] = "maily" },
        },
        ["data"] = new JsonObject { [Key] = ToJson(routing).ToJsonString(Indented) },
    });

    static JsonObject ToJson(AiRouting routing)
    {
        var json = new JsonObject
        {
            ["version"] = 1,
            ["tasks"] = new JsonObject(routing.Tasks.Select(task => KeyValuePair.Create<string, JsonNode?>(task.Key, ToJson(task.Value)))),
        };
        Add(json, "monthlyBudget", routing.MonthlyBudget);
        return json;
    }

    static JsonObject ToJson(AiTask task)
    {
        var json = new JsonObject
        {
            ["models"] = new JsonArray([.. task.Models.Select(model => (JsonNode)new JsonObject { ["provider"] = model.Provider.Id, ["model"] = model.Name })]),
        };
        Add(json, "requestsPerMinute", task.RequestsPerMinute);
        Add(json, "tokensPerMinute", task.TokensPerMinute);
        Add(json, "monthlyBudget", task.MonthlyBudget);
        return json;
    }

    static void Add<T>(JsonObject json, string name, T? value) where T : struct
    {
        if (value is { } set)
            json[name] = JsonValue.Create(set);
    }
}
