using System.Globalization;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Names one object within a cluster.</summary>
/// <param name="ApiVersion">Group and version: <c>apps/v1</c>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; null for none.</param>
/// <param name="Name">The name.</param>
public sealed record ObjectKey(string ApiVersion, string Kind, string? Namespace, string Name)
{
    /// <summary>The group of its API; empty for the core.</summary>
    public string Group => ApiVersion.Split('/') is [var group, _] ? group : "";

    /// <summary>Kind and group as ApplySets name them: <c>Deployment.apps</c>, <c>ConfigMap</c>.</summary>
    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>Equal for one object in all versions of its API.</summary>
    internal (string GroupKind, string? Namespace, string Name) Versionless => (GroupKind, Namespace, Name);

    /// <summary><c>Deployment maily/api-gateway</c>.</summary>
    public override string ToString() => Namespace is null ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}

/// <summary>One object as JSON. The node is never changed: a change makes a copy.</summary>
public sealed class KubernetesObject
{
    readonly JsonObject json;

    /// <summary>Wraps the JSON.</summary>
    /// <exception cref="MalformedManifestException">It has no apiVersion, kind or name.</exception>
    public KubernetesObject(JsonObject json)
    {
        this.json = json;
        Key = new ObjectKey(Require("apiVersion"), Require("kind"), json.Text("metadata", "namespace"),
            json.Text("metadata", "name") ?? throw new MalformedManifestException("An object has no metadata.name.", json.ToJsonString()));
    }

    /// <summary>What it is.</summary>
    public ObjectKey Key { get; }

    /// <summary>Its kind.</summary>
    public string Kind => Key.Kind;

    /// <summary>An annotation's value, or null.</summary>
    public string? Annotation(string name) => json.Text("metadata", "annotations", name);

    /// <summary>A label's value, or null.</summary>
    public string? Label(string name) => json.Text("metadata", "labels", name);

    /// <summary>The uid that the cluster gave it, or null.</summary>
    public string? Uid => json.Text("metadata", "uid");

    /// <summary>The version of what is stored, which each change of it changes; null before it is.</summary>
    public string? Version => json.Text("metadata", "resourceVersion");

    /// <summary>When the cluster made it, to the second, by its own clock; null before it did.</summary>
    internal DateTimeOffset? MadeAt => DateTimeOffset.TryParse(json.Text("metadata", "creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made) ? made : null;

    /// <summary>Whether it was deleted and is only still there until its finalizers have run.</summary>
    internal bool IsLeaving => json.Text("metadata", "deletionTimestamp") is not null;

    /// <summary>A copy of the JSON, for changes.</summary>
    public JsonObject ToJson() => (JsonObject)json.DeepClone();

    /// <summary>The JSON, only to be read.</summary>
    internal JsonObject Json => json;

    /// <summary>The JSON in one line.</summary>
    public override string ToString() => json.ToJsonString();

    string Require(string name) => json.Text(name) ?? throw new MalformedManifestException($"An object has no {name}.", json.ToJsonString());
}

/// <summary>A manifest cannot be used as it is.</summary>
public sealed class MalformedManifestException(string fact, string? evidence = null)
    : DeployException(fact, "Correct the manifest.", evidence is { Length: > 400 } ? evidence[..400] : evidence);
