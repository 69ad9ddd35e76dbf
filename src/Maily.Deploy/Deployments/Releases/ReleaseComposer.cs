using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.GitOps;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Deployments.Releases;

/// <summary>Composes what is live now from what was live before and what this deployment's steps answered.</summary>
public static class ReleaseComposer
{
    /// <summary>
    /// The new record, or null when no step that makes something live was done. A part that was left out keeps what was live.
    /// Reads the outputs of ScanImages, <c>images</c> (<c>name=reference</c> pairs split by spaces) and
    /// <c>manifests</c> of DeployK8s and DeployAiServices, <c>version</c> of Migrate, <c>deploymentId</c> and <c>autoAssign</c> of DeployVercel.
    /// </summary>
    public static ReleaseRecord? Compose(DeploymentContext context, DateTimeOffset at)
    {
        // A region has a set for each of the two stages.
        var regions = context.OutputsOf("DeployK8s")
            .Concat(context.OutputsOf("DeployAiServices").Select(step => (Name: $"{step.Name}/ai-services", step.Outputs))).ToImmutableArray();
        var migrations = context.OutputsOf("Migrate").Select(step => step.Outputs["version"]).OfType<string>().Order(StringComparer.Ordinal).ToImmutableArray();
        var frontend = context.OutputsOf("DeployVercel").Select(step => step.Outputs["deploymentId"]).OfType<string>().FirstOrDefault();
        var assigns = context.OutputsOf("DeployVercel").Select(step => step.Outputs["autoAssign"]).OfType<string>().Select(bool.Parse).Cast<bool?>().FirstOrDefault();
        if (regions.IsEmpty && migrations.IsEmpty && frontend is null)
            return null;

        var live = context.Live;
        return new ReleaseRecord
        {
            Deployment = context.Id, Environment = context.Environment, Commit = context.Commit, At = at, Plan = context.Plan?.Hash,
            Images = (live?.Images ?? Empty).SetItems(regions.SelectMany(region => ImagesOf(region.Outputs))),
            Uncommitted = UncommittedIn(context, live, regions.SelectMany(region => ImagesOf(region.Outputs)).Select(image => image.Key)),
            Scans = (live?.Scans ?? ImmutableSortedDictionary<string, ImageScan>.Empty.WithComparers(StringComparer.Ordinal))
                .SetItems(regions.IsEmpty ? [] : context.OutputsOf("ScanImages").Select(scan => KeyValuePair.Create(scan.Name, ImageScan.From(scan.Outputs)!)).Where(scan => scan.Value is not null)),
            Manifests = (live?.Manifests ?? Empty).SetItems(regions.Where(region => region.Outputs["manifests"] is not null)
                .Select(region => KeyValuePair.Create(region.Name, region.Outputs["manifests"]!))),
            Strategy = regions.IsEmpty ? live?.Strategy ?? Strategy.Apply : context.Strategy,
            Revisions = regions.IsEmpty ? live?.Revisions ?? Empty : Empty.SetItems(regions.Where(region => region.Outputs["revision"] is not null)
                .Select(region => KeyValuePair.Create(region.Name, region.Outputs["revision"]!))),
            Migrations = [.. (live?.Migrations ?? []).Concat(migrations).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            VercelDeployment = frontend ?? live?.VercelDeployment,
            AutoAssignsDomains = frontend is null ? live?.AutoAssignsDomains : assigns,
        };
    }

    // An image that this deployment did not push stays what it was.
    static ImmutableSortedDictionary<string, string> UncommittedIn(DeploymentContext context, ReleaseRecord? live, IEnumerable<string> images)
    {
        var pushed = context.OutputsOf("PushImages").ToDictionary(step => step.Name, step => step.Outputs["uncommitted"], StringComparer.Ordinal);
        return images.Where(pushed.ContainsKey).Distinct(StringComparer.Ordinal).Aggregate(live?.Uncommitted ?? Empty,
            (known, image) => pushed[image] is { } files ? known.SetItem(image, files) : known.Remove(image));
    }

    static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    static IEnumerable<KeyValuePair<string, string>> ImagesOf(StepOutputs outputs) =>
        (outputs["images"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
            .Select(pair => KeyValuePair.Create(pair[0], pair[1]));
}
