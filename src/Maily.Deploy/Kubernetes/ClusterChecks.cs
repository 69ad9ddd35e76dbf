using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Kubernetes;

/// <summary>What must be right before anything is applied to clusters.</summary>
public static class ClusterChecks
{
    static readonly ImmutableArray<string> Stages = ["DeployK8s", "DeployAiServices"];

    /// <summary>The checks: kubectl is there; every region's overlay renders, its cluster answers and is that of the environment.</summary>
    public static IEnumerable<Check> For(
        string environment, ImmutableArray<RegionSpec> regions, ClusterSettings settings, ManifestRenderer renderer, TimeProvider time) =>
    [
        new("Kubernetes", "kubectl", async cancellation => CheckResult.Pass(await renderer.VersionAsync(cancellation))) { Stages = Stages },
        .. regions.SelectMany(region => new Check[]
        {
            new("Kubernetes", $"{region.Name} manifests", cancellation => OverlayAsync(region, renderer, cancellation)) { Stages = Stages },
            new("Kubernetes", $"{region.Name} cluster", cancellation => AnswersAsync(region, settings, time, cancellation)) { Stages = Stages },
            new("Kubernetes", $"{region.Name} identity", cancellation => IdentityAsync(environment, region, settings, time, cancellation)) { Stages = Stages },
        }),
    ];

    static async Task<CheckResult> OverlayAsync(RegionSpec region, ManifestRenderer renderer, CancellationToken cancellation) =>
        CheckResult.Pass($"{(await renderer.RenderAsync(region, cancellation)).Length} objects");

    static async Task<CheckResult> AnswersAsync(RegionSpec region, ClusterSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var cluster = Open(region, settings, time);
        return CheckResult.Pass($"Kubernetes {await cluster.VersionAsync(cancellation)} answers");
    }

    static async Task<CheckResult> IdentityAsync(string environment, RegionSpec region, ClusterSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var cluster = Open(region, settings, time);
        var system = await cluster.FindAsync(new ObjectKey("v1", "Namespace", null, "kube-system"), cancellation);
        var remedy = $"kubectl --context {region.Context} annotate namespace kube-system {Marks.Environment}={environment}";
        return system?.Annotation(Marks.Environment) switch
        {
            null => CheckResult.Warn("the cluster does not say which environment it is", $"If it is {environment}: `{remedy}`."),
            var found when found == environment => CheckResult.Pass($"is {environment}"),
            var found => CheckResult.Fail($"the cluster is {found}, not {environment}", "Set KUBECONFIG to the cluster of this environment."),
        };
    }

    // A check says at once what is wrong: only the deployment itself is patient.
    static ClusterReader Open(RegionSpec region, ClusterSettings settings, TimeProvider time) => new(region, settings with { Retries = 1, BusyPatience = TimeSpan.Zero }, time);
}
