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

    SecretNames(ImmutableArray<ClusterSecret> secrets, Func<ClusterSecret, string> nameOf)
    {
        Secrets = secrets;
        names = secrets.ToImmutableDictionary(secret => secret.Name, nameOf, StringComparer.Ordinal);
    }

    /// <summary>The Secrets.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; }

    /// <summary>The names under a cluster's key.</summary>
    public static SecretNames Of(ImmutableArray<ClusterSecret> secrets, byte[] key) =>
        new(secrets, secret => $"{secret.Name}-{Convert.ToHexStringLower(HMACSHA256.HashData(key, secret.Content()))[..Digits]}");

    /// <summary>The name in the cluster.</summary>
    public string this[ClusterSecret secret] => names[secret.Name];

    /// <summary>
    /// The object with the cluster's names in place of those of the manifests, in pods, service accounts and the TLS part of an
    /// Ingress; each service account also gets the login that pulls images.
    /// </summary>
    public KubernetesObject Rewrite(KubernetesObject item)
    {
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
