using Maily.Deploy.Secrets;

namespace Maily.Deploy.Kubernetes;

/// <summary>How clusters are reached and changed.</summary>
public sealed record ClusterSettings
{
    /// <summary>The kubeconfig file (<c>KUBECONFIG</c>, <c>~/.kube/config</c> unless set).</summary>
    public required string Kubeconfig { get; init; }

    /// <summary>Where namespaced objects go that name no namespace (<c>MAILY_NAMESPACE</c>, <c>maily</c> unless set).</summary>
    public string Namespace { get; init; } = "maily";

    /// <summary>Whether fields that another manager owns are taken over instead of refused.</summary>
    public bool ForceConflicts { get; init; }

    /// <summary>How many objects of one kind group are applied side by side.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>How often a request is sent again after 429, 5xx or a lost connection; nine last a little over a minute.</summary>
    public int Retries { get; init; } = 9;

    /// <summary>How long rollouts may take.</summary>
    public RolloutPatience Patience { get; init; } = new();

    /// <summary>Reads the settings.</summary>
    public static ClusterSettings From(Variables variables) => new()
    {
        Kubeconfig = variables.Find("KUBECONFIG") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"),
        Namespace = variables.Find("MAILY_NAMESPACE") ?? "maily",
    };
}

/// <summary>How long a rollout is waited for.</summary>
public sealed record RolloutPatience
{
    /// <summary>For all workloads of a region together.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Without any change of a workload's status.</summary>
    public TimeSpan NoActivity { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a fault of a new pod may last that could pass by itself (a pull, a crash).</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a pod may find no node: an autoscaler may be adding one.</summary>
    public TimeSpan Scheduling { get; init; } = TimeSpan.FromMinutes(2);
}
