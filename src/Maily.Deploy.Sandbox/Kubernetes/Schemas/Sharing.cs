using k8s.Models;

namespace Maily.Deploy.Sandbox.Kubernetes.Schemas;

/// <summary>
/// How managers share the fields of the built-in kinds: which lists are maps (and by which keys), which are sets, and which
/// structs and maps are one value. Lists that are not named here are one value. From the x-kubernetes extensions of the
/// OpenAPI document of Kubernetes.
/// </summary>
internal static class Sharing
{
    public static readonly IReadOnlySet<Type> AtomicStructs = new HashSet<Type>
    {
        typeof(V1LabelSelector), typeof(V1SecretKeySelector), typeof(V1ConfigMapKeySelector), typeof(V1ObjectFieldSelector),
        typeof(V1ResourceFieldSelector), typeof(V1LocalObjectReference), typeof(V1ObjectReference), typeof(V1NodeSelector),
        typeof(V1NodeSelectorTerm), typeof(V1TypedLocalObjectReference), typeof(V1RoleRef), typeof(V1OwnerReference),
        typeof(V1SecretReference), typeof(V1ScopeSelector),
    };

    static readonly ListKey Name = new("name");

    static readonly IReadOnlyDictionary<(Type, string), Rule> Rules = new Dictionary<(Type, string), Rule>
    {
        [(typeof(V1ObjectMeta), "ownerReferences")] = Rule.Map("uid", new ListKey("uid")),
        [(typeof(V1ObjectMeta), "finalizers")] = new Rule(ListKind.Set, [], "", false),
        [(typeof(V1PodSpec), "containers")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "initContainers")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "ephemeralContainers")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "volumes")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "imagePullSecrets")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "schedulingGates")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "resourceClaims")] = Rule.Map("name", Name),
        [(typeof(V1PodSpec), "hostAliases")] = Rule.Map("ip", new ListKey("ip")),
        [(typeof(V1PodSpec), "topologySpreadConstraints")] =
            Rule.Map("topologyKey", new ListKey("topologyKey"), new ListKey("whenUnsatisfiable")),
        [(typeof(V1PodSpec), "nodeSelector")] = Rule.Whole,
        [(typeof(V1ServiceSpec), "selector")] = Rule.Whole,
        [(typeof(V1ReplicationControllerSpec), "selector")] = Rule.Whole,
        [(typeof(V1Container), "ports")] = Rule.Map("containerPort", new ListKey("containerPort"), new ListKey("protocol", "TCP")),
        [(typeof(V1Container), "env")] = Rule.Map("name", Name),
        [(typeof(V1Container), "volumeMounts")] = Rule.Map("mountPath", new ListKey("mountPath")),
        [(typeof(V1Container), "volumeDevices")] = Rule.Map("devicePath", new ListKey("devicePath")),
        [(typeof(V1EphemeralContainer), "env")] = Rule.Map("name", Name),
        [(typeof(V1ResourceRequirements), "claims")] = Rule.Map("name", Name),
        [(typeof(V1PodStatus), "podIPs")] = Rule.Map("ip", new ListKey("ip")),
        [(typeof(V1ServiceSpec), "ports")] = Rule.Map("port", new ListKey("port"), new ListKey("protocol", "TCP")),
        [(typeof(V1ServiceAccount), "secrets")] = Rule.Map("name", Name),
        [(typeof(V1ValidatingWebhookConfiguration), "webhooks")] = Rule.Map("name", Name),
        [(typeof(V1MutatingWebhookConfiguration), "webhooks")] = Rule.Map("name", Name),
        [(typeof(V1NodeStatus), "addresses")] = Rule.Map("type", new ListKey("type")),
    };

    public static FieldSchema Shared(Type model, string field, FieldSchema schema)
    {
        if (Rules.TryGetValue((model, field), out var rule)) return rule.On(schema);
        // Conditions are the same everywhere: one of each type, each owned by whoever reports it.
        var isConditions = field == "conditions" && model.Name.EndsWith("Status", StringComparison.Ordinal);
        return isConditions ? Rule.Map("type", new ListKey("type")).On(schema) : schema;
    }

    sealed record Rule(ListKind List, IReadOnlyList<ListKey> Keys, string? PatchKey, bool Atomic)
    {
        public static readonly Rule Whole = new(ListKind.Atomic, [], null, true);

        public static Rule Map(string patchKey, params ListKey[] keys) => new(ListKind.Map, keys, patchKey, false);

        public FieldSchema On(FieldSchema schema) => schema.With(List, Keys, PatchKey, Atomic);
    }
}
