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

    /// <summary>How many requests one cluster gets at once; fewer while it answers that it is busy.</summary>
    public int Parallel { get; init; } = 16;

    /// <summary>How often a request is sent again at least after 5xx or a lost connection, which goes on for 75 s; 0 sends each once.</summary>
    public int Retries { get; init; } = 9;

    /// <summary>How long a cluster that answers 429 is asked again, at the pace that it asks for.</summary>
    public TimeSpan BusyPatience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The ApplySet that a region's objects belong to, as its parent Secret is called.</summary>
    public string ApplySet { get; init; } = "maily-deploy";

    /// <summary>How long rollouts may take.</summary>
    public RolloutPatience Patience { get; init; } = new();

    /// <summary>In place of each region's own bake time (<c>MAILY_BAKE_TIME</c>, for instance <c>30s</c>); null leaves them as declared.</summary>
    public TimeSpan? BakeTime { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MalformedVariableException">A variable does not have the form it needs.</exception>
    public static ClusterSettings From(Variables variables) => new()
    {
        Kubeconfig = variables.Find("KUBECONFIG") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"),
        Namespace = variables.Find("MAILY_NAMESPACE") ?? "maily",
        BakeTime = variables.Find("MAILY_BAKE_TIME") is not { } time ? null
            : Duration.TryParse(time) ?? throw new MalformedVariableException("MAILY_BAKE_TIME", "a duration (30s, 10m, 1h)"),
        Patience = RolloutPatience.From(variables),
    };
}

/// <summary>How long a rollout is waited for.</summary>
public sealed record RolloutPatience
{
    /// <summary>The variable that sets <see cref="Total"/>.</summary>
    public const string TotalVariable = "MAILY_ROLLOUT_TIMEOUT";

    /// <summary>The variable that sets <see cref="NoActivity"/>.</summary>
    public const string NoActivityVariable = "MAILY_ROLLOUT_NO_ACTIVITY";

    /// <summary>For all workloads of a region together.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Without any change in the status of a workload and its new pods; longer where its startup probes or <c>minReadySeconds</c> declare so, and
    /// not at all while a Job's pod runs.
    /// </summary>
    public TimeSpan NoActivity { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a fault of a new pod may last that could pass by itself (a pull, a crash).</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a pod may find no node, or wait for a volume: an autoscaler may be adding them.</summary>
    public TimeSpan Scheduling { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a pod may lack a whole Secret: a Job or an operator of the same release may be about to make it.</summary>
    public TimeSpan MissingSecret { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a readiness probe may fail, after the delay that the probe itself begins with. What starts slowly has a startup probe.</summary>
    public TimeSpan Readiness { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Reads <c>MAILY_ROLLOUT_TIMEOUT</c> and <c>MAILY_ROLLOUT_NO_ACTIVITY</c>.</summary>
    /// <exception cref="MalformedVariableException">One is no duration longer than zero.</exception>
    public static RolloutPatience From(Variables variables)
    {
        var standard = new RolloutPatience();
        return standard with { Total = Read(TotalVariable) ?? standard.Total, NoActivity = Read(NoActivityVariable) ?? standard.NoActivity };

        TimeSpan? Read(string name) => variables.Find(name) is not { } text ? null
            : Duration.TryParse(text) is { } time && time > TimeSpan.Zero ? time : throw new MalformedVariableException(name, "a duration like 15m");
    }
}
