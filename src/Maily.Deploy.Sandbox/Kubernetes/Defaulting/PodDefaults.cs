using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Defaulting;

internal static class PodDefaults
{
    const int FileMode = 420;

    public static void Pod(JsonObject pod)
    {
        var spec = pod.Child("spec");
        Spec(spec);
        spec.Default("enableServiceLinks", true).Default("serviceAccountName", "default").Default("serviceAccount", spec["serviceAccountName"]?.DeepClone());
        pod.Child("status").Default("phase", "Pending").Default("qosClass", Quality(spec));
    }

    public static void Template(JsonObject owner)
    {
        if (owner["template"] is JsonObject template) Spec(template.Child("spec"));
    }

    static void Spec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always").Default("terminationGracePeriodSeconds", 30).Default("dnsPolicy", "ClusterFirst")
            .Default("securityContext", new JsonObject()).Default("schedulerName", "default-scheduler");
        if (spec.Text("serviceAccountName") is { } account) spec.Default("serviceAccount", account);
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")).OfType<JsonObject>()) Container(container);
        foreach (var volume in spec.Items("volumes").OfType<JsonObject>()) Volume(volume);
    }

    static void Container(JsonObject container)
    {
        container.Default("imagePullPolicy", PullPolicy(container.Text("image") ?? ""))
            .Default("terminationMessagePath", "/dev/termination-log").Default("terminationMessagePolicy", "File")
            .Default("resources", new JsonObject());
        foreach (var port in container.Items("ports").OfType<JsonObject>()) port.Default("protocol", "TCP");
        foreach (var variable in container.Items("env"))
            variable.Map("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        foreach (var probe in new[] { "readinessProbe", "livenessProbe", "startupProbe" })
            if (container[probe] is JsonObject map) Probe(map);
        if (container.Map("resources", "limits") is { } limits)
            foreach (var (name, limit) in limits) container.Child("resources").Child("requests").Default(name, limit?.DeepClone());
    }

    static void Probe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1).Default("periodSeconds", 10).Default("successThreshold", 1).Default("failureThreshold", 3);
        (probe["httpGet"] as JsonObject)?.Default("scheme", "HTTP").Default("path", "/");
    }

    static void Volume(JsonObject volume)
    {
        foreach (var source in new[] { "configMap", "secret", "projected", "downwardAPI" })
            (volume[source] as JsonObject)?.Default("defaultMode", FileMode);
    }

    static string PullPolicy(string image)
    {
        if (image.Contains('@')) return "IfNotPresent";
        var tag = image[(image.LastIndexOf('/') + 1)..].Split(':');
        return tag.Length == 1 || tag[1] == "latest" ? "Always" : "IfNotPresent";
    }

    static string Quality(JsonObject spec)
    {
        var containers = spec.Items("containers").ToList();
        if (containers.TrueForAll(item => item.Map("resources", "requests") is null && item.Map("resources", "limits") is null)) return "BestEffort";
        var guaranteed = containers.TrueForAll(item => item.Map("resources", "limits") is { } limits
            && limits.ContainsKey("cpu") && limits.ContainsKey("memory") && Json.Same(limits, item.At("resources", "requests")));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
