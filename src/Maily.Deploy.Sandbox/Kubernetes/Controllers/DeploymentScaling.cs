using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Scales the replica sets of a deployment within what its strategy allows.</summary>
internal sealed class DeploymentScaling(ClusterAccess cluster)
{
    public void Scale(JsonObject deployment, List<JsonObject> sets, JsonObject? current, bool isPaused)
    {
        var wanted = (int)(deployment.Number("spec", "replicas") ?? 1);
        var old = sets.Where(set => set != current).ToList();
        if (isPaused) Resize(sets.MaxBy(set => Replicas(set)), wanted);
        else if (deployment.Text("spec", "strategy", "type") == "Recreate") Recreate(old, current!, wanted);
        else Roll(deployment, old, current!, wanted);
    }

    /// <summary>How many pods may be missing during a rollout.</summary>
    public static int MaxUnavailable(JsonObject deployment, int wanted)
    {
        if (deployment.Text("spec", "strategy", "type") != "RollingUpdate") return wanted;
        var unavailable = Count.Share(deployment.Text("spec", "strategy", "rollingUpdate", "maxUnavailable"), wanted, roundsUp: false);
        return unavailable == 0 && MaxSurge(deployment, wanted) == 0 ? 1 : Math.Min(unavailable, wanted);
    }

    static int MaxSurge(JsonObject deployment, int wanted) =>
        Count.Share(deployment.Text("spec", "strategy", "rollingUpdate", "maxSurge"), wanted, roundsUp: true);

    void Recreate(List<JsonObject> old, JsonObject current, int wanted)
    {
        foreach (var set in old) Resize(set, 0);
        if (old.TrueForAll(set => Pods.Of(cluster, set).Count == 0)) Resize(current, wanted);
    }

    void Roll(JsonObject deployment, List<JsonObject> old, JsonObject current, int wanted)
    {
        var total = old.Sum(Replicas) + Replicas(current);
        var room = wanted + MaxSurge(deployment, wanted) - total;
        if (Replicas(current) > wanted) Resize(current, wanted);
        else if (Replicas(current) < wanted && room > 0) Resize(current, Replicas(current) + Math.Min(room, wanted - Replicas(current)));
        else Shrink(old, current, total, wanted - MaxUnavailable(deployment, wanted));
    }

    void Shrink(List<JsonObject> old, JsonObject current, int total, int least)
    {
        var spare = total - least - (Replicas(current) - Available(current));
        foreach (var set in old.Where(set => Replicas(set) > 0).OrderBy(set => set.Version()))
        {
            // Broken old pods go first: they keep nobody served.
            var broken = Math.Min(Replicas(set) - Available(set), spare);
            if (broken > 0) Resize(set, Replicas(set) - broken);
            spare -= Math.Max(broken, 0);
        }

        var healthy = old.Sum(Available) + Available(current) - least;
        foreach (var set in old.Where(set => Available(set) > 0).OrderBy(set => set.Version()))
        {
            var fewer = Math.Min(Math.Min(healthy, spare), Available(set));
            if (fewer > 0) Resize(set, Available(set) - fewer);
            healthy -= Math.Max(fewer, 0);
            spare -= Math.Max(fewer, 0);
        }
    }

    static int Replicas(JsonObject set) => (int)(set.Number("spec", "replicas") ?? 0);

    static int Available(JsonObject set) => (int)(set.Number("status", "availableReplicas") ?? 0);

    void Resize(JsonObject? set, int replicas)
    {
        if (set is not null && Replicas(set) != replicas) cluster.Update(set, live => live.Child("spec")["replicas"] = replicas);
    }
}
