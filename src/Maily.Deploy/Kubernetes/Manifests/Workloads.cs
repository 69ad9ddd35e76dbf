using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Knows which kinds run pods, and where their pod is described.</summary>
static class Workloads
{
    /// <summary>Whether it comes to an end that is waited for: those that kubectl can wait for, and Jobs.</summary>
    public static bool RollsOut(ObjectKey key) => key is { ApiVersion: "apps/v1", Kind: "Deployment" or "StatefulSet" or "DaemonSet" } or { ApiVersion: "batch/v1", Kind: "Job" };

    /// <summary>Those kinds, with their groups.</summary>
    public static ImmutableArray<string> RollingOut { get; } = ["Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch"];

    /// <summary>The pod's description, or null for kinds that run none.</summary>
    public static JsonObject? PodSpecOf(JsonObject json) => json.Text("kind") switch
    {
        "Pod" => json.At("spec"),
        "CronJob" => json.At("spec", "jobTemplate", "spec", "template", "spec"),
        "PodTemplate" => json.At("template", "spec"),
        "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "ReplicationController" or "Job" => json.At("spec", "template", "spec"),
        _ => null,
    } as JsonObject;

    /// <summary>The template that pods are made from, or null for kinds that have none; a pod itself has none.</summary>
    public static JsonObject? PodTemplateOf(JsonObject json) => json.Text("kind") switch
    {
        "Pod" => null,
        "PodTemplate" => json.At("template") as JsonObject,
        "CronJob" => json.At("spec", "jobTemplate", "spec", "template") as JsonObject,
        _ => PodSpecOf(json) is null ? null : json.At("spec", "template") as JsonObject,
    };

    /// <summary>All containers of an object, those that run first included.</summary>
    public static IEnumerable<JsonObject> ContainersOf(JsonObject json) =>
        PodSpecOf(json) is { } pod ? pod.Objects("initContainers").Concat(pod.Objects("containers")) : [];

    /// <summary>The images that an object runs.</summary>
    public static IEnumerable<string> ImagesOf(KubernetesObject item) =>
        ContainersOf(item.Json).Select(container => container.Text("image")).OfType<string>();
}
