using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>All objects of one release in one region, images by digest, in the order in which they are applied.</summary>
public sealed class ReleaseManifests
{
    ReleaseManifests(ImmutableArray<KubernetesObject> objects) => Objects = objects;

    /// <summary>The objects, without any mark of a deployment.</summary>
    public ImmutableArray<KubernetesObject> Objects { get; }

    /// <summary>SHA-256 over the objects, 64 digits: equal for equal releases.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Objects))));

    /// <summary>All images that the objects run.</summary>
    public ImmutableArray<string> Images => [.. Objects.SelectMany(Workloads.ImagesOf).Distinct(StringComparer.Ordinal)];

    /// <summary>Pins, checks and orders rendered objects, and marks pods with the hash of their configuration.</summary>
    /// <exception cref="UnpinnedImageException">An image is neither declared nor named by digest.</exception>
    /// <exception cref="SecretInManifestException">A manifest holds secret values.</exception>
    public static ReleaseManifests Of(IEnumerable<KubernetesObject> rendered, IReadOnlyDictionary<string, string> images) =>
        new([.. ApplyOrder.Sort(ConfigHashes.Write([.. RefuseSecrets([.. rendered.Select(Tidying.Tidy)]).Select(item => ImagePinning.Pin(item, images))]))]);

    /// <summary>The same release with each object changed; their order stays.</summary>
    internal ReleaseManifests Select(Func<KubernetesObject, KubernetesObject> change) => new([.. Objects.Select(change)]);

    /// <summary>The same release with one object more.</summary>
    internal ReleaseManifests With(KubernetesObject another) => new([.. ApplyOrder.Sort(Objects.Append(another))]);

    /// <summary>
    /// The objects with the deployment's mark, Jobs by the names of their content. The mark stands on the objects alone, never on pod templates: there it would
    /// restart every pod at every deployment.
    /// </summary>
    public ImmutableArray<KubernetesObject> MarkedBy(DeploymentId deployment) => [.. Objects.Select(item => Mark(JobNames.ByContent(item), deployment))];

    /// <summary>The objects with the label of their manager alone: in a repository the commit tells the deployment, and files change with their content only.</summary>
    public ImmutableArray<KubernetesObject> Labelled() => [.. Objects.Select(JobNames.ByContent).Select(item =>
    {
        var json = item.ToJson();
        json.Child("metadata").Child("labels")[Marks.ManagedBy] = Marks.Manager;
        return new KubernetesObject(json);
    })];

    static KubernetesObject Mark(KubernetesObject item, DeploymentId deployment)
    {
        var json = item.ToJson();
        var metadata = json.Child("metadata");
        metadata.Child("annotations")[Marks.Deployment] = deployment.Value;
        metadata.Child("labels")[Marks.ManagedBy] = Marks.Manager;
        return new KubernetesObject(json);
    }

    static ImmutableArray<KubernetesObject> RefuseSecrets(ImmutableArray<KubernetesObject> items)
    {
        static bool Holds(KubernetesObject item, string field) => item.Json[field] is JsonObject { Count: > 0 };
        var holding = items.Where(item => item.Kind == "Secret" && (Holds(item, "data") || Holds(item, "stringData"))).Select(item => item.Key).ToImmutableArray();
        return holding.IsEmpty ? items : throw new SecretInManifestException(holding);
    }
}

/// <summary>What this program writes onto objects, and the name it writes under.</summary>
public static class Marks
{
    /// <summary>The annotation that names the deployment which applied an object.</summary>
    public const string Deployment = "maily.dev/deployment";

    /// <summary>The annotation on the namespace <c>kube-system</c> that says which environment a cluster is.</summary>
    public const string Environment = "maily.dev/environment";

    /// <summary>The annotation that lets an object go that would be kept (<c>true</c>), or keeps one that would go (<c>false</c>).</summary>
    public const string Prune = "maily.dev/prune";

    /// <summary>
    /// The annotation that leaves fields to a program in the cluster once their object is there, with commas between:
    /// <c>webhooks[*].failurePolicy</c>.
    /// </summary>
    public const string Leave = "maily.dev/leave";

    /// <summary>The annotation on a namespace that no manifest declares, with the stage that made it.</summary>
    public const string MadeFor = "maily.dev/made-for";

    /// <summary>The label that names the manager.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The field manager's name.</summary>
    public const string Manager = "maily-deploy";
}

/// <summary>Manifests hold secret values.</summary>
public sealed class SecretInManifestException(ImmutableArray<ObjectKey> items) : DeployException(
    $"{string.Join(", ", items)} {(items.Length == 1 ? "holds" : "hold")} secret values in a manifest.",
    $"Take {(items.Length == 1 ? "it" : "each")} out, and where it is another one's manifest, delete it in the overlay's kustomization.yaml (`{PatchOf(items[0])}`). "
    + $"Then declare a ClusterSecret of that name ({items[0].Name}) among the Secrets of the stage, with variables of the secrets source as its values: what names it in the standard namespace gets it. "
    + "For another namespace, state it without data: it is then left to whoever fills it there.")
{
    /// <summary>The Secrets.</summary>
    public ImmutableArray<ObjectKey> Objects { get; } = items;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;

    static string PatchOf(ObjectKey item) =>
        $"patches: [{{ patch: '{{ apiVersion: v1, kind: Secret, metadata: {{ name: {item.Name}{(item.Namespace is null ? "" : $", namespace: {item.Namespace}")} }}, $patch: delete }}' }}]";
}
