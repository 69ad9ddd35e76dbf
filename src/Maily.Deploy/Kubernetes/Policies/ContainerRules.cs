using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What is asked of each container: its image, what it uses, how it tells its health.</summary>
static partial class ContainerRules
{
    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) =>
        from item in subject.Objects
        from pod in PodPlace.Of(item)
        from container in pod.Containers
        from finding in Image(subject, item, container).Concat(Resources(item, container)).Concat(Probes(item, container))
        select finding;

    static IEnumerable<PolicyFinding> Image(PolicySubject subject, KubernetesObject item, ContainerPlace container)
    {
        var image = container.Json.Text("image") ?? "";
        if (!Digest().IsMatch(image) && !subject.Declared.Contains(image))
            yield return new(item.Key, $"{container.Path}/image", PolicyRule.ImageDigest, image.EndsWith(":latest", StringComparison.Ordinal) ? $"{image} is whatever is latest" : $"{image} is no digest",
                "Name a declared image without a tag, or <name>@sha256:<digest>.");
    }

    static IEnumerable<PolicyFinding> Resources(KubernetesObject item, ContainerPlace container) =>
        from bound in new[] { "requests", "limits" }
        let missing = new[] { "cpu", "memory" }.Where(resource => container.Json.At("resources", bound, resource) is null).ToArray()
        where missing.Length > 0
        select new PolicyFinding(item.Key, $"{container.Path}/resources/{bound}", PolicyRule.Resources, $"{container.Name} has no {bound} for {string.Join(" and ", missing)}",
            "Set what it needs and what it may take at most.");

    static IEnumerable<PolicyFinding> Probes(KubernetesObject item, ContainerPlace container) =>
        // A job ends by itself; what runs before the others is waited for.
        item.Kind is "Job" or "CronJob" || !container.Serves ? [] :
            from probe in new[] { "readinessProbe", "livenessProbe" }
            where container.Json[probe] is not JsonObject asked || !new[] { "httpGet", "tcpSocket", "exec", "grpc" }.Any(asked.ContainsKey)
            select new PolicyFinding(item.Key, $"{container.Path}/{probe}", PolicyRule.Probes, $"{container.Name} has no {probe}",
                probe == "readinessProbe" ? "Ask its own health: without it traffic and rollouts go on while it cannot serve." : "Ask whether it still answers: without it nothing restarts it when it hangs.");

    [GeneratedRegex("@sha256:[0-9a-f]{64}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Digest();
}
