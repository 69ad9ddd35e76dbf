using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>The tables that kubectl prints.</summary>
internal static class Tables
{
    sealed record Column(string Name, Func<JsonObject, JsonNode?> Value, string Type = "string");

    static readonly IReadOnlyDictionary<string, Column[]> Columns = new Dictionary<string, Column[]>
    {
        ["Deployment"] = [Ready, Count("Up-to-date", "updatedReplicas"), Count("Available", "availableReplicas")],
        ["StatefulSet"] = [Ready],
        ["ReplicaSet"] = [new("Desired", obj => obj.Number("spec", "replicas") ?? 0, "integer"), Count("Current", "replicas"), Count("Ready", "readyReplicas")],
        ["DaemonSet"] =
        [
            Count("Desired", "desiredNumberScheduled"), Count("Current", "currentNumberScheduled"), Count("Ready", "numberReady"),
            Count("Up-to-date", "updatedNumberScheduled"), Count("Available", "numberAvailable"),
        ],
        ["Pod"] =
        [
            new("Ready", pod => $"{Containers(pod).Count(item => item.Flag("ready"))}/{pod.Items("spec", "containers").Count()}"),
            new("Status", Status),
            new("Restarts", pod => Containers(pod).Sum(item => item.Number("restartCount") ?? 0), "integer"),
        ],
        ["Job"] = [new("Completions", obj => $"{obj.Number("status", "succeeded") ?? 0}/{obj.Number("spec", "completions") ?? 1}")],
        ["Service"] = [new("Type", obj => obj.Text("spec", "type")), new("Cluster-IP", obj => obj.Text("spec", "clusterIP"))],
        ["Namespace"] = [new("Status", obj => obj.Text("status", "phase"))],
        ["ConfigMap"] = [new("Data", obj => obj.Map("data")?.Count ?? 0, "integer")],
        ["Secret"] = [new("Type", obj => obj.Text("type")), new("Data", obj => obj.Map("data")?.Count ?? 0, "integer")],
    };

    static Column Ready => new("Ready", obj => $"{obj.Number("status", "readyReplicas") ?? 0}/{obj.Number("spec", "replicas") ?? 0}");

    public static bool IsAsked(HttpContext http) =>
        http.Request.Headers.Accept.ToString().Split(',')[0] is var first
        && first.Contains("as=Table", StringComparison.Ordinal) && first.Contains("v=v1;", StringComparison.Ordinal);

    public static JsonObject Of(ResourceKind kind, IEnumerable<JsonObject> objects, string? version, DateTimeOffset now)
    {
        Column[] columns = [new("Name", obj => obj.Name()), .. Columns.GetValueOrDefault(kind.Kind, []), new("Age", obj => Age(obj, now), "date")];
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
            ["columnDefinitions"] = new JsonArray([.. columns.Select(Definition)]),
            ["rows"] = new JsonArray([.. objects.Select(obj => Row(obj, columns))]),
        };
    }

    static string Age(JsonObject obj, DateTimeOffset now) => (now - obj.Time("metadata", "creationTimestamp")) switch
    {
        null => "<unknown>",
        { TotalMinutes: < 2 } age => $"{Math.Max(0, (int)age.TotalSeconds)}s",
        { TotalHours: < 3 } age => $"{(int)age.TotalMinutes}m",
        { TotalDays: < 2 } age => $"{(int)age.TotalHours}h",
        { } age => $"{(int)age.TotalDays}d",
    };

    static Column Count(string name, string field) => new(name, obj => obj.Number("status", field) ?? 0, "integer");

    static JsonNode Definition(Column column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Name == "Name" ? "name" : "",
        ["description"] = column.Name,
        ["priority"] = 0,
    };

    static JsonNode Row(JsonObject obj, Column[] columns) => new JsonObject
    {
        ["cells"] = new JsonArray([.. columns.Select(column => column.Value(obj)?.DeepClone())]),
        ["object"] = new JsonObject
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = obj.Meta().DeepClone(),
        },
    };

    static IEnumerable<JsonNode> Containers(JsonObject pod) => pod.Items("status", "containerStatuses");

    static JsonNode? Status(JsonObject pod)
    {
        if (pod.IsBeingDeleted()) return "Terminating";
        var trouble = Containers(pod).Select(item => item.Text("state", "waiting", "reason") ?? item.Text("state", "terminated", "reason"));
        return trouble.FirstOrDefault(reason => reason is not null) ?? pod.Text("status", "phase");
    }
}
