using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Reads and writes the conditions of a status.</summary>
internal static class Conditions
{
    public static JsonObject? Find(JsonObject obj, string type) =>
        obj.Items("status", "conditions").OfType<JsonObject>().FirstOrDefault(item => item.Text("type") == type);

    public static bool Is(JsonObject obj, string type) => Find(obj, type).Text("status") == "True";

    public static DateTimeOffset? Since(JsonObject obj, string type) => Find(obj, type).Time("lastTransitionTime");

    /// <summary>A condition that keeps its times while nothing about it changes.</summary>
    public static JsonObject Next(JsonObject obj, DateTimeOffset now, string type, string status, string reason, string message, bool withUpdate = false)
    {
        var was = Find(obj, type);
        var stamp = Json.Stamp(now);
        var isSame = was.Text("status") == status && was.Text("reason") == reason && was.Text("message") == message;
        var next = new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastTransitionTime"] = was.Text("status") == status ? was.Text("lastTransitionTime") : stamp,
        };
        if (withUpdate) next["lastUpdateTime"] = isSame ? was.Text("lastUpdateTime") : stamp;
        if (reason.Length > 0) next["reason"] = reason;
        if (message.Length > 0) next["message"] = message;
        return next;
    }
}
