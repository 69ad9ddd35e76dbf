using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Gives services their cluster address and node ports.</summary>
internal sealed class AddressPool(ObjectStore store)
{
    const int FirstNodePort = 30000;
    int given;

    public void Give(JsonObject service)
    {
        var spec = service.Child("spec");
        if (spec.Text("type") == "ExternalName") return;
        var number = Interlocked.Increment(ref given);
        spec.Default("clusterIP", $"10.96.{number / 250}.{(number % 250) + 1}");
        spec.Default("clusterIPs", new JsonArray(spec["clusterIP"]?.DeepClone()));
        spec.Default("ipFamilies", new JsonArray("IPv4")).Default("ipFamilyPolicy", "SingleStack").Default("internalTrafficPolicy", "Cluster");
        if (spec.Text("type") is not ("NodePort" or "LoadBalancer")) return;
        foreach (var port in spec.Items("ports").OfType<JsonObject>()) port.Default("nodePort", FirstNodePort + (int)(store.Version % 2700));
    }

    /// <summary>An update that leaves the given fields out does not lose them.</summary>
    public static void Keep(JsonObject next, JsonObject live)
    {
        if (next.Text("spec", "type") == "ExternalName") return;
        foreach (var field in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy" })
            next.Child("spec").Default(field, live.At("spec", field)?.DeepClone());
    }
}
