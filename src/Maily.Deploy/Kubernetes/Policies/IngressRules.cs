using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What is asked of each Ingress: nothing comes in over plain HTTP.</summary>
static class IngressRules
{
    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) => subject.Objects.Where(item => item.Kind == "Ingress").SelectMany(Tls);

    static IEnumerable<PolicyFinding> Tls(KubernetesObject item)
    {
        var entries = item.Json.Objects("spec", "tls").ToArray();
        if (entries.Length == 0)
        {
            yield return new(item.Key, "/spec/tls", PolicyRule.IngressTls, "it has no TLS", "Add tls with the hosts and the Secret of their certificate.");
            yield break;
        }

        var covered = entries.SelectMany(entry => (entry["hosts"] as JsonArray ?? []).Select(host => host?.ToString() ?? "")).ToArray();
        foreach (var (rule, at) in item.Json.Objects("spec", "rules").Select((rule, at) => (rule, at)))
            if (rule.Text("host") is { Length: > 0 } host && !Array.Exists(covered, name => Covers(name, host)))
                yield return new(item.Key, $"/spec/rules/{at}/host", PolicyRule.IngressTls, $"{host} has no TLS", "Add it to the hosts of a tls entry.");
        foreach (var (entry, at) in entries.Select((entry, at) => (entry, at)))
            if (string.IsNullOrEmpty(entry.Text("secretName")))
                yield return new(item.Key, $"/spec/tls/{at}/secretName", PolicyRule.IngressTls, "an entry names no certificate", "Name the Secret with the certificate.");
    }

    // *.example.com stands for one label.
    static bool Covers(string name, string host) => name == host
        || (name.StartsWith("*.", StringComparison.Ordinal) && host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && host[dot..] == name[1..]);
}
