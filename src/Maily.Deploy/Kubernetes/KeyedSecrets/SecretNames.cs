using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.KeyedSecrets;

/// <summary>
/// The names that Secrets have in one cluster. The hash in them is keyed by a random value that never leaves the cluster: a
/// record, a journal or a log that holds the name helps nobody to guess the value.
/// </summary>
public sealed class SecretNames
{
    const int Digits = 20;

    readonly ImmutableDictionary<string, string> names;
    readonly string space;

    SecretNames(ImmutableArray<ClusterSecret> secrets, string space, Func<ClusterSecret, string> nameOf)
    {
        (Secrets, this.space) = (secrets, space);
        names = secrets.ToImmutableDictionary(secret => secret.Name, nameOf, StringComparer.Ordinal);
    }

    /// <summary>The Secrets.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; }

    /// <summary>The names under a cluster's key, in the one namespace that the Secrets lie in.</summary>
    public static SecretNames Of(ImmutableArray<ClusterSecret> secrets, string space, byte[] key) =>
        new(secrets, space, secret => $"{secret.Name}-{Convert.ToHexStringLower(HMACSHA256.HashData(key, secret.Content()))[..Digits]}");

    /// <summary>The name in the cluster.</summary>
    public string this[ClusterSecret secret] => names[secret.Name];

    /// <summary>
    /// The object with the cluster's names in place of those of the manifests, in pods, service accounts and the TLS part of an
    /// Ingress; each service account also gets the login that pulls images. What lies in another namespace cannot read them, and stays as it is.
    /// </summary>
    public KubernetesObject Rewrite(KubernetesObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        // One that names no namespace gets the standard one later, which is that of the Secrets.
        if (item.Key.Namespace is { } other && other != space)
            return item;
        var json = item.ToJson();
        foreach (var reference in ReferencesOf(json))
            if (names.TryGetValue(reference.Name, out var name))
                reference.Holder[reference.Field] = name;
        if (item is { Kind: "ServiceAccount", Key.ApiVersion: "v1" })
            AddLogins(json);
        return new KubernetesObject(json);
    }

    /// <summary>All Secrets that an object names.</summary>
    internal static IEnumerable<string> NamedBy(KubernetesObject item) => ReferencesOf(item.Json).Select(reference => reference.Name);

    void AddLogins(JsonObject account)
    {
        foreach (var login in Secrets.Where(secret => secret.PullsImages))
        {
            if (account["imagePullSecrets"] is not JsonArray list)
                account["imagePullSecrets"] = list = [];
            if (!account.Objects("imagePullSecrets").Any(entry => entry.Text("name") == names[login.Name]))
                list.Add(new JsonObject { ["name"] = names[login.Name] });
        }
    }

    static IEnumerable<PodReference> ReferencesOf(JsonObject json)
    {
        var own = json.Text("kind") switch
        {
            "ServiceAccount" => json.Objects("imagePullSecrets").Concat(json.Objects("secrets")).Select(entry => new PodReference(entry, "name", "Secret")),
            "Ingress" => json.Objects("spec", "tls").Select(entry => new PodReference(entry, "secretName", "Secret")),
            _ => Workloads.PodSpecOf(json) is { } pod ? PodReferences.Of(pod) : [],
        };
        return own.Where(reference => reference.Kind == "Secret").ToArray();
    }
}
