using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>The description of a pod within an object, and where it stands.</summary>
sealed record PodPlace(JsonObject Json, string Path)
{
    /// <summary>All containers, those that run first included.</summary>
    public ImmutableArray<ContainerPlace> Containers { get; } =
        [.. Of(Json, Path, "initContainers"), .. Of(Json, Path, "containers")];

    /// <summary>The pod of an object; none for kinds that run none.</summary>
    public static IEnumerable<PodPlace> Of(KubernetesObject item) => Workloads.PodSpecOf(item.Json) is { } pod ? [new(pod, item.Kind switch
    {
        "Pod" => "/spec", "CronJob" => "/spec/jobTemplate/spec/template/spec", "PodTemplate" => "/template/spec", _ => "/spec/template/spec",
    })] : [];

    static IEnumerable<ContainerPlace> Of(JsonObject pod, string path, string list) =>
        pod.Objects(list).Select((container, at) => new ContainerPlace(container, $"{path}/{list}/{at}", list == "containers" || container.Text("restartPolicy") == "Always"));
}

/// <summary>A container and where it stands.</summary>
/// <param name="Json">Its description.</param>
/// <param name="Path">The place in the object.</param>
/// <param name="Serves">Whether it runs as long as the pod.</param>
sealed record ContainerPlace(JsonObject Json, string Path, bool Serves)
{
    public string Name => Json.Text("name") ?? "a container";
}
