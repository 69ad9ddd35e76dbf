using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Validation;

namespace Maily.Deploy.GitOps;

/// <summary>Whether an AppProject permits what a release brings: the repository, the namespaces, the kinds.</summary>
static class ProjectRules
{
    const string Remedy = "Correct src/Platform/argocd/base/project.yaml and apply it.";

    /// <summary>The first fault; else what it permits.</summary>
    /// <param name="project">The project; null where there is none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="repository">Where manifests come from.</param>
    /// <param name="kinds">What is applied: group, kind and namespace (null where the kind has none).</param>
    public static CheckResult Judge(KubernetesObject? project, string name, ManifestsRepository repository, ImmutableArray<(string Group, string Kind, string? Namespace)> kinds)
    {
        if (project is null)
            return CheckResult.Fail($"there is no AppProject {name}", Remedy);
        var spec = project.Json.At("spec");
        if (!Permits(Texts(spec, "sourceRepos"), repository.Url) && !Texts(spec, "sourceRepos").Any(repository.IsAt))
            return CheckResult.Fail($"{name} does not permit {repository.Url}", Remedy);
        if (kinds.Select(kind => kind.Namespace).OfType<string>().Distinct(StringComparer.Ordinal).FirstOrDefault(space => !Leads(spec, space)) is { } refused)
            return CheckResult.Fail($"{name} does not permit the namespace {refused}", Remedy);
        foreach (var (group, kind, space) in kinds)
            if (!(space is null ? IsListed(spec, "clusterResourceWhitelist", group, kind) : MayBeIn(spec, group, kind)))
                return CheckResult.Fail($"{name} does not permit {kind}{(group.Length == 0 ? "" : $".{group}")}", Remedy);
        return CheckResult.Pass($"{name} permits {kinds.Select(kind => (kind.Group, kind.Kind)).Distinct().Count()} kinds");
    }

    static bool Leads(JsonNode? spec, string space) => spec.Objects("destinations").Any(destination =>
        (Fits(destination.Text("server"), "https://kubernetes.default.svc") || Fits(destination.Text("name"), "in-cluster")) && Fits(destination.Text("namespace"), space));

    static bool MayBeIn(JsonNode? spec, string group, string kind) =>
        !IsListed(spec, "namespaceResourceBlacklist", group, kind) && (spec.At("namespaceResourceWhitelist") is not JsonArray { Count: > 0 } || IsListed(spec, "namespaceResourceWhitelist", group, kind));

    static bool IsListed(JsonNode? spec, string list, string group, string kind) => spec.Objects(list).Any(item => Fits(item.Text("group") ?? "", group) && Fits(item.Text("kind"), kind));

    // A pattern that begins with ! forbids what another one permits.
    static bool Permits(ImmutableArray<string> patterns, string text) =>
        patterns.Any(pattern => Fits(pattern, text)) && !patterns.Any(pattern => pattern.StartsWith('!') && Fits(pattern[1..], text));

    static ImmutableArray<string> Texts(JsonNode? spec, string list) => spec.At(list) is JsonArray items ? [.. items.Select(item => item?.ToString() ?? "")] : [];

    static bool Fits(string? pattern, string text) =>
        pattern is not null && Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
