using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>The controllers in the order of a round: what a workload decides, its pods follow in the same round.</summary>
internal static class ControllerList
{
    public static IReadOnlyList<IController> Of(ClusterState state, ClusterAccess cluster)
    {
        List<IController> controllers =
        [
            new NamespaceController(cluster),
            new DeploymentController(state, cluster),
            new ReplicaSetController(cluster),
            new StatefulSetController(cluster),
            new DaemonSetController(cluster),
            new JobController(cluster),
            new RoleController(cluster),
            new GarbageCollector(state, cluster),
        ];
        if (state.Options.RunsPods) controllers.Add(new Kubelet(state, cluster));
        return controllers;
    }
}
