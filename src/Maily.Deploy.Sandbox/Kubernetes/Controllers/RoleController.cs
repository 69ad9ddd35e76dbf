using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Selection;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Fills aggregated roles with the rules of the roles that they select, whatever was stated there.</summary>
internal sealed class RoleController(ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        var roles = cluster.List("ClusterRole").OrderBy(role => role.Name(), StringComparer.Ordinal).ToList();
        foreach (var role in roles.Where(role => role.Map("aggregationRule") is not null && !role.IsBeingDeleted()))
            if (RulesOf(role, roles) is var rules && !Json.Same(rules, role["rules"] ?? new JsonArray()))
                cluster.Update(role, live => live["rules"] = rules);
        return Task.CompletedTask;
    }

    static JsonArray RulesOf(JsonObject role, List<JsonObject> roles)
    {
        var rules = new JsonArray();
        foreach (var selector in role.Items("aggregationRule", "clusterRoleSelectors").Select(LabelSelector.Of).OfType<LabelSelector>())
            foreach (var rule in roles.Where(other => other != role && selector.Matches(other.Labels())).SelectMany(other => other.Items("rules")))
                if (!rules.Any(known => Json.Same(known, rule))) rules.Add(rule.DeepClone());
        return rules;
    }
}
