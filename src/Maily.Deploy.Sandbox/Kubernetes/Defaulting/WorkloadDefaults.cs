using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Defaulting;

internal static class WorkloadDefaults
{
    const string Quarter = "25%";

    public static void Deployment(JsonObject spec)
    {
        spec.Default("replicas", 1).Default("progressDeadlineSeconds", 600).Default("revisionHistoryLimit", 10);
        var strategy = spec.Child("strategy").Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
            strategy.Child("rollingUpdate").Default("maxSurge", Quarter).Default("maxUnavailable", Quarter);
        PodDefaults.Template(spec);
    }

    public static void ReplicaSet(JsonObject spec, JsonObject obj)
    {
        spec.Default("replicas", 1);
        obj.Child("status").Default("replicas", 0);
        PodDefaults.Template(spec);
    }

    public static void StatefulSet(JsonObject spec)
    {
        spec.Default("replicas", 1).Default("podManagementPolicy", "OrderedReady").Default("revisionHistoryLimit", 10);
        var strategy = spec.Child("updateStrategy").Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate") strategy.Child("rollingUpdate").Default("partition", 0);
        foreach (var claim in spec.Items("volumeClaimTemplates").OfType<JsonObject>())
        {
            claim.Default("apiVersion", "v1").Default("kind", "PersistentVolumeClaim");
            SmallDefaults.Fill("PersistentVolumeClaim", claim);
        }

        PodDefaults.Template(spec);
    }

    public static void DaemonSet(JsonObject spec)
    {
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Child("updateStrategy").Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate") strategy.Child("rollingUpdate").Default("maxUnavailable", 1);
        PodDefaults.Template(spec);
    }

    public static void Job(JsonObject obj)
    {
        var spec = obj.Child("spec");
        if (spec["completions"] is null && spec["parallelism"] is null) spec["completions"] = 1;
        spec.Default("parallelism", 1).Default("backoffLimit", 6);
        PodDefaults.Template(spec);
        if (spec.Flag("manualSelector") || obj.Uid().Length == 0) return;
        var labels = spec.Child("template").Child("metadata").Child("labels");
        labels.Default("controller-uid", obj.Uid()).Default("job-name", obj.Name());
        spec.Default("selector", new JsonObject { ["matchLabels"] = new JsonObject { ["controller-uid"] = obj.Uid() } });
    }

    public static void CronJob(JsonObject spec)
    {
        spec.Default("concurrencyPolicy", "Allow").Default("suspend", false).Default("successfulJobsHistoryLimit", 3)
            .Default("failedJobsHistoryLimit", 1);
        if (spec.Map("jobTemplate", "spec") is { } job) PodDefaults.Template(job);
    }
}
