using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Clusters;

public sealed class ArgoTrackingTests
{
    const string Roles = "rbac.authorization.k8s.io";

    [Theory]
    [InlineData("apps/v1", "Deployment", "maily", "api", "shop:apps/Deployment:maily/api", "shop")]
    [InlineData("apps/v1", "Deployment", "maily", "api", "shop:apps/Deployment:maily/another", null)]
    [InlineData("apps/v1", "Deployment", "maily", "api", "shop:apps/Deployment:other/api", null)]
    [InlineData("v1", "Namespace", null, "maily", "shop:/Namespace:maily/maily", "shop")]
    [InlineData("v1", "Namespace", null, "maily", "shop:/Namespace:/maily", "shop")]
    [InlineData("v1", "Namespace", null, "maily", "shop:/Namespace:maily/another", null)]
    [InlineData($"{Roles}/v1", "ClusterRole", null, "system:shop:view", $"shop:{Roles}/ClusterRole:maily/system:shop:view", "shop")]
    [InlineData($"{Roles}/v1", "ClusterRoleBinding", null, "view", $"shop:{Roles}/ClusterRole:maily/view", null)]
    [InlineData($"{Roles}/v1", "Role", "maily", "system:view", $"shop:{Roles}/Role:maily/system:view", "shop")]
    [InlineData("v1", "Namespace", null, "maily", "neither of the three", null)]
    public void An_object_belongs_to_the_Application_whose_tracking_id_names_it(string version, string kind, string? space, string name, string id, string? application) =>
        ArgoTracking.Application(new KubernetesObject(new JsonObject
        {
            ["apiVersion"] = version, ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space, ["annotations"] = new JsonObject { ["argocd.argoproj.io/tracking-id"] = id } },
        })).ShouldBe(application);
}
