using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.KeyedSecrets;

/// <summary>The Secrets of releases in one namespace of a cluster, and the key that their names are made with.</summary>
sealed class SecretVault(ClusterReader cluster, string space)
{
    /// <summary>The label with the name that manifests use.</summary>
    public const string Label = "maily.dev/secret";

    // Others keep what they commit as long as a commit names it, which no release in the cluster tells.
    const string Committed = "maily.dev/committed";

    const string KeyName = "maily-secret-names";
    const string KeyType = "maily.dev/secret-names.v1";
    const int KeyBytes = 32;

    /// <summary>Whether the Secrets belong to manifests that are committed, not applied: neither side removes what is the other one's.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>The names of the Secrets; null while the cluster has no key yet.</summary>
    public async Task<SecretNames?> FindNamesAsync(ImmutableArray<ClusterSecret> secrets, CancellationToken cancellation) =>
        secrets.IsEmpty ? SecretNames.Of([], space, [])
            : await FindKeyAsync(cancellation) is { } key ? SecretNames.Of(secrets, space, key) : null;

    /// <summary>Those that are not in the cluster under their names.</summary>
    public async Task<ImmutableArray<string>> MissingAsync(SecretNames names, CancellationToken cancellation)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        foreach (var secret in names.Secrets)
            if (await cluster.FindAsync(KeyOf(names[secret]), cancellation) is null)
                missing.Add($"Secret {space}/{names[secret]}: absent");
        return missing.DrainToImmutable();
    }

    /// <summary>Makes what is missing, the key first; gives the names.</summary>
    public async Task<SecretNames> EnsureAsync(ClusterWriter writer, ImmutableArray<ClusterSecret> secrets, DeploymentId deployment, CancellationToken cancellation)
    {
        if (await FindNamesAsync(secrets, cancellation) is not { } names)
            names = SecretNames.Of(secrets, space, await MakeKeyAsync(writer, deployment, cancellation));
        foreach (var secret in names.Secrets)
            if (await cluster.FindAsync(KeyOf(names[secret]), cancellation) is not { } live || (IsCommitted && live.Annotation(Committed) is null))
                await MakeAsync(writer, Manifest(names[secret], secret, deployment), cancellation);
        return names;
    }

    /// <summary>Whether there is any Secret of this side.</summary>
    public async Task<bool> HasAnyAsync(CancellationToken cancellation) => !(await ListAsync(cancellation)).IsEmpty;

    /// <summary>Removes the Secrets of this side that none of the given objects name.</summary>
    /// <param name="writer">Removes.</param>
    /// <param name="retained">Objects whose Secrets stay.</param>
    /// <param name="atWork">A deployment whose Secrets stay in any case: it may need them yet.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <param name="isKept">Whether one of that name stays for another reason.</param>
    /// <param name="madeBy">Only those that this deployment made; null for all.</param>
    public async Task RemoveUnusedAsync(
        ClusterWriter writer, IEnumerable<KubernetesObject> retained, DeploymentId? atWork, CancellationToken cancellation, Func<string, bool>? isKept = null, DeploymentId? madeBy = null)
    {
        var named = retained.SelectMany(SecretNames.NamedBy).ToHashSet(StringComparer.Ordinal);
        bool Goes(KubernetesObject secret) => !named.Contains(secret.Key.Name) && isKept?.Invoke(secret.Key.Name) != true
            && (atWork is null || secret.Annotation(Marks.Deployment) != atWork.Value)
            && (madeBy is null || secret.Annotation(Marks.Deployment) == madeBy.Value);
        foreach (var secret in (await ListAsync(cancellation)).Where(Goes))
            await writer.DeleteAsync(secret, cancellation);
    }

    /// <summary>Removes the key where this deployment made it and nothing is named with it any more.</summary>
    public async Task RemoveKeyAsync(ClusterWriter writer, DeploymentId deployment, CancellationToken cancellation)
    {
        if ((await cluster.ListAsync("v1", "Secret", space, Label, cancellation)).IsEmpty
            && await cluster.FindAsync(KeyOf(KeyName), cancellation) is { } key && key.Annotation(Marks.Deployment) == deployment.Value)
            await writer.DeleteAsync(key, cancellation);
    }

    async Task<ImmutableArray<KubernetesObject>> ListAsync(CancellationToken cancellation) =>
        [.. (await cluster.ListAsync("v1", "Secret", space, Label, cancellation)).Where(secret => (secret.Annotation(Committed) is not null) == IsCommitted)];

    async Task<byte[]?> FindKeyAsync(CancellationToken cancellation) =>
        await cluster.FindAsync(KeyOf(KeyName), cancellation) is { } live && live.Json.Text("data", "key") is { } key ? Convert.FromBase64String(key) : null;

    async Task<byte[]> MakeKeyAsync(ClusterWriter writer, DeploymentId deployment, CancellationToken cancellation)
    {
        await MakeAsync(writer, Immutable(KeyName, KeyType, deployment, [], new JsonObject { ["key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) }), cancellation);
        return await FindKeyAsync(cancellation) ?? throw new MalformedManifestException($"Secret {space}/{KeyName} in {cluster.Region} holds no key.");
    }

    // Another region's step on the same cluster may have made it just now: what is immutable stays as it was made first.
    async Task MakeAsync(ClusterWriter writer, KubernetesObject secret, CancellationToken cancellation)
    {
        try
        {
            await writer.ApplyAsync(secret, force: true, cancellation);
        }
        catch (ClusterRefusedException refused) when (refused.Status == (int)HttpStatusCode.UnprocessableEntity)
        {
            if (await cluster.FindAsync(secret.Key, cancellation) is null)
                throw;
        }
    }

    ObjectKey KeyOf(string name) => new("v1", "Secret", space, name);

    KubernetesObject Manifest(string name, ClusterSecret secret, DeploymentId deployment) => Immutable(name, secret.Type, deployment, new JsonObject { [Label] = secret.Name },
        new JsonObject(secret.Values.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value.Reveal()))))));

    KubernetesObject Immutable(string name, string type, DeploymentId deployment, JsonObject labels, JsonObject data)
    {
        labels[Marks.ManagedBy] = Marks.Manager;
        var annotations = new JsonObject { [Marks.Deployment] = deployment.Value };
        if (IsCommitted && type != KeyType)
            annotations[Committed] = "true";
        return new KubernetesObject(new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Secret", ["type"] = type, ["immutable"] = true,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space, ["labels"] = labels, ["annotations"] = annotations },
            ["data"] = data,
        });
    }
}
