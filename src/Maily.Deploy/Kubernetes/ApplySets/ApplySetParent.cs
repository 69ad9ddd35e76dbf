using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>The Secret, without data, that stands for all objects of a region.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
public sealed record ApplySetParent(string Name, string Namespace)
{
    /// <summary>The manager that writes the parent, as kubectl's is called <c>kubectl-applyset</c>.</summary>
    public const string Manager = $"{Marks.Manager}-applyset";

    /// <summary>What it is.</summary>
    public ObjectKey Key => new("v1", "Secret", Namespace, Name);

    /// <summary>The set's id, which all members bear.</summary>
    public string Id => $"applyset-{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}.{Namespace}.Secret.")))}-v1";

    /// <summary>This tool as the annotation names it.</summary>
    public static string Tooling { get; } = $"{Marks.Manager}/v{typeof(ApplySetParent).Assembly.GetName().Version?.ToString(3) ?? "0.0.0"}";

    /// <summary>The object as a member of the set.</summary>
    public KubernetesObject Enrol(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Child("metadata").Child("labels")[ApplySetMarks.PartOf] = Id;
        return new KubernetesObject(json);
    }

    /// <summary>The parent with its books.</summary>
    /// <param name="content">Where members can be.</param>
    /// <param name="deployment">The deployment that wrote it last; null for none.</param>
    internal KubernetesObject ToObject(ApplySetContent content, string? deployment)
    {
        var annotations = new JsonObject
        {
            [ApplySetMarks.Tooling] = Tooling, [ApplySetMarks.GroupKinds] = string.Join(',', content.GroupKinds),
            [ApplySetMarks.Namespaces] = string.Join(',', content.Namespaces.Remove(Namespace)),
        };
        if (deployment is not null)
            annotations[Marks.Deployment] = deployment;
        return new KubernetesObject(new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Secret", ["type"] = "Opaque",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name, ["namespace"] = Namespace, ["annotations"] = annotations,
                ["labels"] = new JsonObject { [ApplySetMarks.Id] = Id, [Marks.ManagedBy] = Marks.Manager },
            },
        });
    }
}
