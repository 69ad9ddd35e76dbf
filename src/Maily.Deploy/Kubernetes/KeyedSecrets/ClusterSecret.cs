using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Kubernetes.KeyedSecrets;

/// <summary>
/// A Secret whose values come from the secrets source. Manifests name it by <see cref="Name"/>; in the cluster it is an
/// immutable object whose name ends in a keyed hash of the values, so that a changed value rolls the pods and a former release
/// keeps the former one.
/// </summary>
public sealed record ClusterSecret
{
    /// <summary>The name that manifests use.</summary>
    public required string Name { get; init; }

    /// <summary>The Secret's type.</summary>
    public string Type { get; init; } = "Opaque";

    /// <summary>The values by key.</summary>
    public required ImmutableSortedDictionary<string, Secret> Values { get; init; }

    /// <summary>Whether it is for pulling images: then each service account of the release refers to it.</summary>
    public bool PullsImages { get; init; }

    /// <summary>A Secret with a value for each of the variables that are set; null where none is.</summary>
    public static ClusterSecret? FromVariables(string name, Variables variables, IEnumerable<string> names)
    {
        var values = names.Select(variable => (Name: variable, Value: variables.FindSecret(variable))).Where(pair => pair.Value is not null)
            .ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value!, StringComparer.Ordinal);
        return values.IsEmpty ? null : new ClusterSecret { Name = name, Values = values };
    }

    /// <summary>
    /// The login with which nodes pull: <c>REGISTRY_PULL_USER</c> and <c>REGISTRY_PULL_PASSWORD</c>, else <c>REGISTRY_USER</c> and
    /// <c>REGISTRY_PASSWORD</c>; null where none is set. Never <c>GITHUB_TOKEN</c>: it ends with its job, and pods pull later too.
    /// </summary>
    public static ClusterSecret? PullLogin(RegistryAddress registry, Variables variables)
    {
        var (user, password) = variables.FindSecret("REGISTRY_PULL_PASSWORD") is { } own
            ? (variables.Find("REGISTRY_PULL_USER"), own) : (variables.Find("REGISTRY_USER"), variables.FindSecret("REGISTRY_PASSWORD"));
        if (password is null)
            return null;
        var login = new JsonObject
        {
            ["username"] = user ?? "", ["password"] = password.Reveal(),
            ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password.Reveal()}")),
        };
        var file = new Secret(new JsonObject { ["auths"] = new JsonObject { [registry.Host] = login } }.ToJsonString());
        return new ClusterSecret
        {
            Name = "registry-pull", Type = "kubernetes.io/dockerconfigjson", PullsImages = true,
            Values = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create(".dockerconfigjson", file)]),
        };
    }

    /// <summary>What the hash is made over: type, keys and values, unambiguously.</summary>
    internal byte[] Content() => JsonSerializer.SerializeToUtf8Bytes(Values.SelectMany(pair => new[] { pair.Key, pair.Value.Reveal() }).Prepend(Type));
}
