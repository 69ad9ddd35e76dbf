using System.Collections.Immutable;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>One thing that is asked of manifests.</summary>
/// <param name="Name">As exceptions and settings name it: <c>image-digest</c>.</param>
/// <param name="Summary">What is asked.</param>
public sealed record PolicyRule(string Name, string Summary)
{
    /// <summary>Images by digest.</summary>
    public static PolicyRule ImageDigest { get; } = new("image-digest", "images are named by digest, never by tag alone");

    /// <summary>Requests and limits.</summary>
    public static PolicyRule Resources { get; } = new("resources", "each container requests and limits processor and memory");

    /// <summary>Probes.</summary>
    public static PolicyRule Probes { get; } = new("probes", "each container that serves has a readiness and a liveness probe");

    /// <summary>No root.</summary>
    public static PolicyRule NonRoot { get; } = new("non-root", "nothing runs as root");

    /// <summary>No privilege.</summary>
    public static PolicyRule Privilege { get; } = new("privilege", "nothing has rights over its node");

    /// <summary>Read-only root file system.</summary>
    public static PolicyRule ReadOnlyRoot { get; } = new("read-only-root", "root file systems are read-only");

    /// <summary>What else Pod Security "restricted" asks.</summary>
    public static PolicyRule PodSecurity { get; } = new("pod-security", "pods and namespaces keep to Pod Security's restricted profile");

    /// <summary>Default deny.</summary>
    public static PolicyRule NetworkPolicy { get; } = new("network-policy", "each namespace denies traffic by default, in and out");

    /// <summary>Disruption budgets.</summary>
    public static PolicyRule DisruptionBudget { get; } = new("disruption-budget", "each replicated workload has a disruption budget that lets nodes be drained");

    /// <summary>TLS.</summary>
    public static PolicyRule IngressTls { get; } = new("ingress-tls", "each host of an Ingress has TLS");

    /// <summary>No wildcards.</summary>
    public static PolicyRule RbacWildcard { get; } = new("rbac-wildcard", "roles name groups, resources and verbs");

    /// <summary>No cluster-admin.</summary>
    public static PolicyRule RbacClusterAdmin { get; } = new("rbac-cluster-admin", "nobody is bound to cluster-admin, and no rights go to everybody");

    /// <summary>No way to more rights.</summary>
    public static PolicyRule RbacEscalation { get; } = new("rbac-escalation", "no role lets its holder get further rights");

    /// <summary>Quotas.</summary>
    public static PolicyRule NamespaceQuota { get; } = new("namespace-quota", "each namespace has a quota on processor and memory");

    /// <summary>Exceptions themselves: cannot be excepted.</summary>
    public static PolicyRule Exception { get; } = new("exception", "an exception names a rule and gives a reason");

    /// <summary>All of them.</summary>
    public static ImmutableArray<PolicyRule> All { get; } =
    [
        ImageDigest, Resources, Probes, NonRoot, Privilege, ReadOnlyRoot, PodSecurity, NetworkPolicy, DisruptionBudget, IngressTls,
        RbacWildcard, RbacClusterAdmin, RbacEscalation, NamespaceQuota, Exception,
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
