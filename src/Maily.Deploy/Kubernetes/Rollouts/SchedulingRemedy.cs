using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>What to do where no node takes a pod, from the scheduler's own words: which resource, taint, selector or volume.</summary>
static partial class SchedulingRemedy
{
    public static string For(string message, KubernetesObject pod)
    {
        if (Insufficient().Match(message) is { Success: true } lack)
            return $"Add nodes with more {lack.Groups["resource"].Value}, or lower what the pod requests: {Requests(pod, lack.Groups["resource"].Value)}.";
        if (Taint().Match(message) is { Success: true } taint)
            return $"Tolerate the taint {taint.Groups["taint"].Value.Trim()}, remove it from the nodes, or add nodes without it.";
        if (message.Contains("selector", StringComparison.Ordinal) || message.Contains("affinity", StringComparison.Ordinal))
            return "Label a node as the pod's nodeSelector and affinity ask, or correct these.";
        if (message.Contains("PersistentVolumeClaim", StringComparison.OrdinalIgnoreCase) || message.Contains("volume", StringComparison.OrdinalIgnoreCase))
            return "See the pod's PersistentVolumeClaims: is there a StorageClass, and a volume in the node's zone?";
        return message.Contains("free ports", StringComparison.Ordinal) ? "Take hostPort out, or add nodes." : "Add nodes, or lower what the pod requests.";
    }

    static string Requests(KubernetesObject pod, string resource) => string.Join(", ", Workloads.ContainersOf(pod.ToJson())
        .Select(container => (Name: container.Text("name"), Asked: container.At("resources", "requests", resource)?.ToString()))
        .Where(container => container.Asked is not null).Select(container => $"{container.Name} {container.Asked}")) is { Length: > 0 } asked ? asked : "nothing, but other pods do";

    [GeneratedRegex(@"Insufficient (?<resource>[\w.\-/]*\w)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Insufficient();

    [GeneratedRegex(@"had (untolerated )?taint (?<taint>\{[^}]*\})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Taint();
}
