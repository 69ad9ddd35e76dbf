using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Defaulting;

/// <summary>Fills in what the real API fills in where a client leaves it out.</summary>
internal static class Defaults
{
    public static void Fill(ResourceKind kind, JsonObject obj)
    {
        if (kind.IsCustom) return;
        switch (kind.Kind)
        {
            case "Pod": PodDefaults.Pod(obj); break;
            case "Deployment": WorkloadDefaults.Deployment(obj.Child("spec")); break;
            case "ReplicaSet": WorkloadDefaults.ReplicaSet(obj.Child("spec"), obj); break;
            case "StatefulSet": WorkloadDefaults.StatefulSet(obj.Child("spec")); break;
            case "DaemonSet": WorkloadDefaults.DaemonSet(obj.Child("spec")); break;
            case "Job": WorkloadDefaults.Job(obj); break;
            case "CronJob": WorkloadDefaults.CronJob(obj.Child("spec")); break;
            case "Service": ServiceDefaults.Service(obj.Child("spec")); break;
            default: SmallDefaults.Fill(kind.Kind, obj); break;
        }
    }
}
