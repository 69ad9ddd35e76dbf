using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Reads the objects that clients send.</summary>
internal static class Decoding
{
    /// <exception cref="ApiException">400: another kind, another name or namespace than the path's, or fields of the wrong type.</exception>
    public static JsonObject Read(ResourceKind kind, string? ns, string? name, JsonObject body, bool strict)
    {
        CheckKind(kind, body);
        var (obj, misfits) = Conforming.Conform(body, kind.Schema);
        if (misfits.WrongType.Count > 0)
            throw ApiException.BadRequest(
                $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {string.Join("; ", misfits.WrongType)}");
        if (strict && misfits.Unknown.Count > 0)
            throw ApiException.BadRequest(
                "strict decoding error: " + string.Join(", ", misfits.Unknown.Select(field => $"unknown field \"{field}\"")));
        CheckPlace(kind, ns, name, obj);
        obj["apiVersion"] = kind.ApiVersion;
        obj["kind"] = kind.Kind;
        return obj;
    }

    /// <summary>Reads what is applied: nothing is dropped in silence, and nothing that only the server sets stays.</summary>
    public static JsonObject ReadApplied(ObjectKey key, JsonObject body, string subresource)
    {
        if (body.At("metadata", "managedFields") is JsonArray { Count: > 0 }) throw ApiException.BadRequest("metadata.managedFields must be nil");
        body = body.Copy();
        body.Child("metadata").Default("name", key.Name);
        CheckKind(key.Kind, body);
        var (obj, misfits) = Conforming.Conform(body, key.Kind.Schema);
        var faults = misfits.Unknown.Select(field => $".{field}: field not declared in schema").Concat(misfits.WrongType.Select(text => $".{text}")).ToList();
        if (faults.Count > 0)
            throw ApiException.Internal(
                $"failed to create typed patch object ({key.Namespace}/{key.Name}; {key.Kind.ApiVersion}, Kind={key.Kind.Kind}): {string.Join("; ", faults)}");
        CheckPlace(key.Kind, key.Namespace, key.Name, obj);
        obj["apiVersion"] = key.Kind.ApiVersion;
        obj["kind"] = key.Kind.Kind;
        if (key.Kind.HasStatus && subresource.Length == 0) obj.Remove("status");
        return obj;
    }

    static void CheckKind(ResourceKind kind, JsonObject body)
    {
        if (body.Text("apiVersion") is { } version && version != kind.ApiVersion)
            throw ApiException.BadRequest($"the API version in the data ({version}) does not match the expected API version ({kind.ApiVersion})");
        if (body.Text("kind") is { } name && name != kind.Kind)
            throw ApiException.BadRequest($"the object provided is unrecognized: got kind \"{name}\", expected \"{kind.Kind}\"");
    }

    static void CheckPlace(ResourceKind kind, string? ns, string? name, JsonObject obj)
    {
        if (name is not null && obj.Name() != name)
            throw ApiException.BadRequest($"the name of the object ({obj.Name()}) does not match the name on the URL ({name})");
        if (!kind.IsNamespaced)
        {
            obj.Meta().Remove("namespace");
            return;
        }

        if (obj.Namespace() is { Length: > 0 } own && own != ns)
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        obj.Meta()["namespace"] = ns;
    }
}
