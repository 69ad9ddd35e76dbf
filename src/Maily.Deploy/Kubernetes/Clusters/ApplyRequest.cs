using System.Net.Http.Headers;
using System.Text;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>A server-side apply as a value.</summary>
/// <param name="Object">What is wanted.</param>
/// <param name="Force">Whether fields of other managers are taken over.</param>
/// <param name="DryRun">Whether the API only says what would come of it.</param>
sealed record ApplyRequest(KubernetesObject Object, bool Force, bool DryRun)
{
    /// <summary>The path below the API's address.</summary>
    public string PathOn(ApiResource resource) =>
        $"{resource.PathOf(Object.Key)}?fieldManager={Marks.Manager}&force={(Force ? "true" : "false")}&fieldValidation=Strict{(DryRun ? "&dryRun=All" : "")}";

    /// <summary>The body; JSON is YAML too.</summary>
    public HttpContent ToContent() => new ByteArrayContent(Encoding.UTF8.GetBytes(Object.ToString()))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml") },
    };
}
