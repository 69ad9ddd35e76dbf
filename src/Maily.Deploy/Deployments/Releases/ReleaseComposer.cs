using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Releases;

/// <summary>Composes what is live now from what was live before and what this deployment's steps answered.</summary>
public static class ReleaseComposer
{
    /// <summary>
    /// The new record, or null when no step that makes something live was done. A part that was left out keeps what was live.
    /// Reads the outputs <c>images</c> (<c>name=reference</c> pairs split by spaces) and
    /// <c>manifests</c> of DeployK8s, <c>version</c> of Migrate and <c>deploymentId</c> of DeployVercel.
    /// </summary>
    public static ReleaseRecord? Compose(DeploymentContext context, DateTimeOffset at)
    {
        var regions = context.OutputsOf("DeployK8s").ToImmutableArray();
        var migrations = context.OutputsOf("Migrate").Select(step => step.Outputs["version"]).OfType<string>().Order(StringComparer.Ordinal).ToImmutableArray();
        var frontend = context.OutputsOf("DeployVercel").Select(step => step.Outputs["deploymentId"]).OfType<string>().FirstOrDefault();
        if (regions.IsEmpty && migrations.IsEmpty && frontend is null)
            return null;

        var live = context.Live;
        return new ReleaseRecord
        {
            Deployment = context.Id, Environment = context.Environment, Commit = context.Commit, At = at,
            Images = (live?.Images ?? Empty).SetItems(regions.SelectMany(region => ImagesOf(region.Outputs))),
            Manifests = (live?.Manifests ?? Empty).SetItems(regions.Where(region => region.Outputs["manifests"] is not null)
                .Select(region => KeyValuePair.Create(region.Name, region.Outputs["manifests"]!))),
            Migrations = [.. (live?.Migrations ?? []).Concat(migrations).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            VercelDeployment = frontend ?? live?.VercelDeployment,
        };
    }

    static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    static IEnumerable<KeyValuePair<string, string>> ImagesOf(StepOutputs outputs) =>
        (outputs["images"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
            .Select(pair => KeyValuePair.Create(pair[0], pair[1]));
}
