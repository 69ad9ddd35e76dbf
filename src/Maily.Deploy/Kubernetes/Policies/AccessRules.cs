using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What is asked of roles and bindings: the least that does.</summary>
static class AccessRules
{
    static readonly string[] Everybody = ["system:masters", "system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts"];
    static readonly string[] Escalating = ["escalate", "bind", "impersonate"];

    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) => subject.Objects.SelectMany(item => item.Kind switch
    {
        "Role" or "ClusterRole" => item.Json.Objects("rules").SelectMany((rule, at) => Rule(item, rule, at)),
        "RoleBinding" or "ClusterRoleBinding" => Binding(item),
        _ => [],
    });

    static IEnumerable<PolicyFinding> Rule(KubernetesObject item, JsonObject rule, int at)
    {
        foreach (var list in new[] { "apiGroups", "resources", "verbs", "nonResourceURLs" }.Where(list => Texts(rule, list).Contains("*")))
            yield return new(item.Key, $"/rules/{at}/{list}", PolicyRule.RbacWildcard, $"{list} is *", "Name what is needed: a wildcard also means what comes later.");
        foreach (var verb in Texts(rule, "verbs").Intersect(Escalating))
            yield return new(item.Key, $"/rules/{at}/verbs", PolicyRule.RbacEscalation, $"{verb} leads to rights that the role does not have", "Take it out.");
        // Secrets of all namespaces hold the tokens of everybody.
        if (item.Kind == "ClusterRole" && Texts(rule, "resources").Contains("secrets") && Texts(rule, "resourceNames").Length == 0 && Texts(rule, "verbs").Intersect(["get", "list", "watch"]).Any())
            yield return new(item.Key, $"/rules/{at}/resources", PolicyRule.RbacEscalation, "it reads the Secrets of all namespaces", "Use a Role in the namespace, or name the Secrets.");
    }

    static IEnumerable<PolicyFinding> Binding(KubernetesObject item)
    {
        if (item.Json.Text("roleRef", "kind") == "ClusterRole" && item.Json.Text("roleRef", "name") == "cluster-admin")
            yield return new(item.Key, "/roleRef/name", PolicyRule.RbacClusterAdmin, "it binds cluster-admin", "Bind a role with the rights that are needed.");
        foreach (var (who, at) in item.Json.Objects("subjects").Select((who, at) => (who, at)))
            if (who.Text("kind") is "Group" or "User" && Everybody.Contains(who.Text("name")))
                yield return new(item.Key, $"/subjects/{at}/name", PolicyRule.RbacClusterAdmin, $"it gives rights to {who.Text("name")}", "Name a service account.");
    }

    static string[] Texts(JsonObject rule, string list) => (rule[list] as JsonArray)?.Select(item => item?.ToString() ?? "").ToArray() ?? [];
}
