using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>Keeps the books of an ApplySet in its parent: too wide while members come and go, exact afterwards.</summary>
sealed class ApplySetBooks(ClusterReader cluster, ClusterWriter writer, ClusterSettings settings)
{
    readonly ApplySetReader reader = new(cluster, settings);

    /// <summary>Writes that members can be where they were, and where the release has some: before the first one is applied.</summary>
    public async Task WidenAsync(RegionManifests wanted, DeploymentId deployment, CancellationToken cancellation)
    {
        var live = await reader.FindAsync(wanted.Parent, cancellation);
        var content = ApplySetContent.Of(wanted.Keys).With(live is null ? ApplySetContent.Empty : ApplySetContent.Read(live));
        await WriteAsync(wanted.Parent, content, deployment.Value, cancellation);
    }

    /// <summary>Writes where members are, after the others are pruned.</summary>
    public Task WriteAsync(ApplySetParent parent, ApplySetContent content, string? deployment, CancellationToken cancellation) =>
        writer.ApplyBookAsync(parent.ToObject(content, deployment), ApplySetParent.Manager, cancellation);

    /// <summary>Brings the books back to what they were before a deployment.</summary>
    public async Task RestoreAsync(CapturedSet former, DeploymentId deployment, CancellationToken cancellation)
    {
        if (await reader.FindAsync(former.Parent, cancellation) is not { } live)
            return;
        var isOurs = live.Annotation(Marks.Deployment) == deployment.Value;
        if (former.Content is { } content && isOurs)
            await WriteAsync(former.Parent, content, former.Deployment, cancellation);
        else if (former.Content is { } narrower)
            // Another deployment has been here, or this one only pruned: too wide is right for both.
            await WriteAsync(former.Parent, narrower.With(ApplySetContent.Read(live)), live.Annotation(Marks.Deployment), cancellation);
        else if (isOurs)
            await writer.DeleteAsync(live, cancellation);
    }
}
