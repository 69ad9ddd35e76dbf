using System.Collections.Immutable;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Validation;

namespace Maily.Deploy.GitOps;

/// <summary>What must be right before anything is committed: the repository takes pushes, and Argo CD leads from it to the clusters.</summary>
public static class GitOpsChecks
{
    const string Area = "GitOps";

    static readonly ImmutableArray<string> Stages = ["DeployK8s"];
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The checks. Whether a server's rule refuses the push itself (a protected branch) is only known when it comes.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="clusters">How their clusters are reached.</param>
    /// <param name="settings">The repository and the Applications.</param>
    /// <param name="renderer">Renders overlays.</param>
    /// <param name="processes">Runs git.</param>
    /// <param name="time">The clock.</param>
    public static IEnumerable<Check> For(ImmutableArray<RegionSpec> regions, ClusterSettings clusters, GitOpsSettings settings, ManifestRenderer renderer, ProcessRunner processes, TimeProvider time)
    {
        Check Of(string name, Func<CancellationToken, Task<CheckResult>> run) => new(Area, name, run) { Stages = Stages, Timeout = Limit };
        // A check says at once what is wrong: only the deployment itself is patient.
        var quick = clusters with { Retries = 1 };
        yield return Of("repository", cancellation => PushAsync(settings, processes, cancellation));
        foreach (var region in regions)
        {
            yield return Of($"{region.Name} folder", cancellation => FolderAsync(region, settings, processes, cancellation));
            yield return Of($"{region.Name} application", cancellation => ApplicationAsync(region, quick, settings, time, cancellation));
            yield return Of($"{region.Name} project", cancellation => ProjectAsync(region, quick, settings, renderer, time, cancellation));
        }
    }

    static async Task<CheckResult> PushAsync(GitOpsSettings settings, ProcessRunner processes, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        // It asks for the right to write, and writes nothing.
        await clone.Git.AskAsync(clone.Folder, cancellation, "push", "--dry-run", "--quiet", "origin", $"HEAD:refs/heads/{settings.Repository.Branch}");
        return CheckResult.Pass($"{settings.Repository} takes pushes");
    }

    // Argo CD cannot compare with a folder that is not there, and git keeps no empty ones.
    static async Task<CheckResult> FolderAsync(RegionSpec region, GitOpsSettings settings, ProcessRunner processes, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        var path = GitOpsSettings.PathOf(region);
        return await clone.FindTreeAsync("HEAD", path, cancellation) is null
            ? CheckResult.Fail($"{settings.Repository} has no folder {path}", $"Commit a file to it that is no manifest, for instance {path}/README.md.") : CheckResult.Pass(path);
    }

    static async Task<CheckResult> ApplicationAsync(RegionSpec region, ClusterSettings clusters, GitOpsSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var cluster = new ClusterReader(region, clusters, time);
        var live = await cluster.FindAsync(ArgoApplication.KeyOf(settings.ArgoNamespace, settings.ApplicationOf(region)), cancellation);
        return new ApplicationRules(settings, clusters, time).Judge(region, live);
    }

    static async Task<CheckResult> ProjectAsync(RegionSpec region, ClusterSettings clusters, GitOpsSettings settings, ManifestRenderer renderer, TimeProvider time, CancellationToken cancellation)
    {
        var cluster = new ClusterReader(region, clusters, time);
        if (await cluster.FindAsync(ArgoApplication.KeyOf(settings.ArgoNamespace, settings.ApplicationOf(region)), cancellation) is not { } application)
            return CheckResult.Skip("there is no Application");
        var name = application.Json.Text("spec", "project") ?? "default";
        var kinds = ImmutableArray.CreateBuilder<(string, string, string?)>();
        var rendered = await renderer.RenderAsync(region, cancellation);
        foreach (var placed in await new Placement(cluster, clusters.Namespace, rendered).PlaceAsync(rendered, cancellation))
            kinds.Add((placed.Key.Group, placed.Kind, placed.Key.Namespace));

        return ProjectRules.Judge(await cluster.FindAsync(new ObjectKey(ArgoApplication.ApiVersion, "AppProject", settings.ArgoNamespace, name), cancellation), name, settings.Repository, kinds.ToImmutable());
    }
}
