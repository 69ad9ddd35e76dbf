using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Drift;

/// <summary>Tells in which fields a live object differs from the released one, and who changed them.</summary>
static class FieldDrift
{
    const int Shown = 200;

    static readonly ImmutableHashSet<string> Bookkeeping =
        ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    // They write into objects of others as their task is: defaults, bindings, revisions, replicas that an autoscaler wants.
    static readonly ImmutableHashSet<string> Controllers =
        ["kube-controller-manager", "kube-scheduler", "kube-apiserver", "kubelet", "cloud-controller-manager", "argocd-controller", "argocd-application-controller"];

    /// <summary>The fields, sorted by their paths.</summary>
    /// <param name="wanted">As it was released.</param>
    /// <param name="live">As it is.</param>
    /// <param name="restored">What an apply of the released one would make of it.</param>
    public static ImmutableArray<DriftField> Find(KubernetesObject wanted, KubernetesObject live, KubernetesObject restored)
    {
        var owners = new FieldOwners(live);
        var changed = Changes(WithAnnotations(live), WithAnnotations(restored), []).Where(change => !IsBookkeeping(change.Path)).Select(change => FieldOf(live, restored, change, owners)).ToArray();
        var added = owners.FieldsBeside(wanted, IsForeign).Where(field => !IsBookkeeping(field.Path))
            .Select(field => new DriftField(Text(field.Path), null, Show(live, live, field.Path, At(live.Json, field.Path)), FieldOwners.Describe(field.Entry)));
        return [.. changed.Concat(added).DistinctBy(field => field.Path).OrderBy(field => field.Path, StringComparer.Ordinal)];
    }

    // The mark alone must not differ by the map that holds it.
    static JsonObject WithAnnotations(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Child("metadata").Child("annotations");
        return json;
    }

    static bool IsForeign(string manager) => manager != Marks.Manager && !Controllers.Contains(manager);

    static DriftField FieldOf(KubernetesObject live, KubernetesObject restored, (ImmutableArray<FieldStep> Path, JsonNode? Live, JsonNode? Wanted) change, FieldOwners owners)
    {
        var by = owners.OwnerOf(change.Path, manager => manager == Marks.Manager) is { } owner ? FieldOwners.Describe(owner)
            : owners.LastBut(manager => !IsForeign(manager)) is { } last ? $"perhaps {FieldOwners.Describe(last)}" : null;
        return new(Text(change.Path), Show(live, restored, change.Path, change.Wanted), Show(live, live, change.Path, change.Live), by);
    }

    static IEnumerable<(ImmutableArray<FieldStep> Path, JsonNode? Live, JsonNode? Wanted)> Changes(JsonNode? live, JsonNode? wanted, ImmutableArray<FieldStep> path) => (live, wanted) switch
    {
        (JsonObject left, JsonObject right) => left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key), StringComparer.Ordinal)
            .SelectMany(name => Changes(left[name], right[name], path.Add(FieldStep.Of(name)))),
        (JsonArray left, JsonArray right) when left.Count == right.Count =>
            Enumerable.Range(0, left.Count).SelectMany(at => Changes(left[at], right[at], path.Add(FieldStep.Of(at)))),
        _ => JsonNode.DeepEquals(live, wanted) ? [] : [(path, live, wanted)],
    };

    static bool IsBookkeeping(ImmutableArray<FieldStep> path) => path switch
    {
        [{ Name: "status" }, ..] => true,
        [{ Name: "metadata" }, { Name: "annotations" }, { Name: Marks.Deployment or FieldChanges.TemplateGeneration }] => true,
        [{ Name: "metadata" }, { Name: { } name }, ..] => Bookkeeping.Contains(name),
        _ => false,
    };

    static JsonNode? At(JsonNode? node, ImmutableArray<FieldStep> path) => path.Aggregate(node, FieldOwners.ValueAt);

    static string Text(ImmutableArray<FieldStep> path) => string.Concat(path);

    static string? Show(KubernetesObject item, KubernetesObject holder, ImmutableArray<FieldStep> path, JsonNode? value)
    {
        if (value is null || item.Kind == "Secret")
            return value is null ? null : Secret.Mask;
        var text = FieldText.Masked(item.Kind, NamedText(holder.Json, path), value)!.ToJsonString();
        return text.Length > Shown ? $"{text[..Shown]}..." : text;
    }

    // What a list's item is called says whether its value is a secret.
    static string NamedText(JsonNode? node, ImmutableArray<FieldStep> path)
    {
        var text = new StringBuilder();
        foreach (var step in path)
        {
            node = FieldOwners.ValueAt(node, step);
            text.Append(step.Name is { } field ? $".{field}" : node.Text("name") is { } name ? $"[name=\"{name}\"]" : $"[{step.At}]");
        }

        return text.ToString();
    }
}
