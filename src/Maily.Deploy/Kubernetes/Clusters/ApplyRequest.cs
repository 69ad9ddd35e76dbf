using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>A server-side apply as a value.</summary>
/// <param name="Object">What is wanted.</param>
/// <param name="Force">Whether fields of other managers are taken over.</param>
/// <param name="DryRun">Whether the API only says what would come of it.</param>
sealed record ApplyRequest(KubernetesObject Object, bool Force, bool DryRun)
{
    /// <summary>
    /// The live object as it was read: the API refuses to change a later version of it, or to make it again where it is gone. Null
    /// means whatever is there.
    /// </summary>
    public KubernetesObject? Seen { get; init; }

    /// <summary>The field manager's name.</summary>
    public string Manager { get; init; } = Marks.Manager;

    /// <summary>The path below the API's address.</summary>
    public string PathOn(ApiResource resource) =>
        $"{resource.PathOf(Object.Key)}?fieldManager={Manager}&force={(Force ? "true" : "false")}&fieldValidation=Strict{(DryRun ? "&dryRun=All" : "")}";

    /// <summary>The body; JSON is YAML too.</summary>
    public HttpContent ToContent() => new ByteArrayContent(Encoding.UTF8.GetBytes(Versioned().ToJsonString()))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml") },
    };

    JsonObject Versioned()
    {
        if (Seen is null)
            return Object.Json;
        var json = Object.ToJson();
        // The version alone would not keep an object away that was removed meanwhile.
        (json.Child("metadata")["resourceVersion"], json.Child("metadata")["uid"]) = (Seen.Version, Seen.Uid);
        return json;
    }
}
