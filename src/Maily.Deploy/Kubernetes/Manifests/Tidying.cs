using System.Text.Json;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Brings rendered objects into the form that every version of the API applies in the same way.</summary>
static class Tidying
{
    const string Transport = "TCP";

    /// <summary>
    /// The object without what generators of manifests write and the API ignores (a status, creation times that are not there), and
    /// with the protocol of its ports. Ports are told apart by it, and Kubernetes up to 1.20 does not apply a Service that leaves it out,
    /// nor a pod whose requests and limits are numbers. What a manifest states only as a place for others is left to them: the rules of an
    /// aggregated role, which a controller fills, and the empty values of a Secret, which its program does. A Job stays when it is done: its
    /// outcome is waited for, and one that is gone would run again with the next release.
    /// </summary>
    public static KubernetesObject Tidy(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Remove("status");
        RemoveEmptyTimes(json);
        foreach (var port in Ports(json))
            port["protocol"] ??= Transport;
        foreach (var amounts in Workloads.ContainersOf(json).SelectMany(container => new[] { container.At("resources", "requests"), container.At("resources", "limits") }).OfType<JsonObject>())
            WriteAsText(amounts);
        LeaveToOthers(json);
        if (json.Text("kind") == "Job" && json.Text("apiVersion") == "batch/v1")
            (json.At("spec") as JsonObject)?.Remove("ttlSecondsAfterFinished");
        return new KubernetesObject(json);
    }

    static IEnumerable<JsonObject> Ports(JsonObject json) =>
        (json.Text("kind") == "Service" && json.Text("apiVersion") == "v1" ? json.Objects("spec", "ports") : [])
            .Concat(Workloads.ContainersOf(json).SelectMany(container => container.Objects("ports")));

    // A quantity may be written as a number (cpu: 0.5), but not every version applies it so.
    static void WriteAsText(JsonObject amounts)
    {
        foreach (var (name, amount) in amounts.ToList())
            if (amount is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
                amounts[name] = value.ToJsonString();
    }

    static void LeaveToOthers(JsonObject json)
    {
        if (json.Text("kind") == "ClusterRole" && json["aggregationRule"] is JsonObject)
            json.Remove("rules");
        if (json.Text("kind") != "Secret" || json.Text("apiVersion") != "v1")
            return;
        foreach (var field in new[] { "data", "stringData" })
            if (json[field] is JsonObject values)
            {
                foreach (var name in values.Where(pair => pair.Value?.ToString() is null or "").Select(pair => pair.Key).ToList())
                    values.Remove(name);
                if (values.Count == 0)
                    json.Remove(field);
            }
    }

    static void RemoveEmptyTimes(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            if (json.TryGetPropertyValue("creationTimestamp", out var time) && time is null)
                json.Remove("creationTimestamp");
            foreach (var (_, inner) in json)
                RemoveEmptyTimes(inner);
        }
        else if (node is JsonArray list)
            foreach (var inner in list)
                RemoveEmptyTimes(inner);
    }
}
