using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;

namespace Maily.Deploy.Vercel;

/// <summary>How Vercel took a promotion.</summary>
public enum PromotionAnswer
{
    /// <summary>201: it is under way.</summary>
    Accepted,

    /// <summary>202: it waits for a rolling release to end.</summary>
    Queued,

    /// <summary>409: in practice, the deployment is current already.</summary>
    Conflict,
}

/// <summary>Changes Vercel; only a step has the permit that its constructor asks for.</summary>
public sealed class VercelWriter
{
    readonly VercelApi api;
    readonly ChangePermit permit;

    /// <summary>A writer for the given project, as long as the permit lasts.</summary>
    public VercelWriter(ChangePermit permit, VercelSettings settings, HttpClient http, TimeProvider time, FarSideOptions? options = null) =>
        (this.permit, api) = (permit ?? throw new ArgumentNullException(nameof(permit)), new VercelApi(settings, http, time, options ?? new FarSideOptions()));

    string Project => Uri.EscapeDataString(api.Settings.ProjectId);

    /// <summary>Uploads the content of a file; contents that are there already are left.</summary>
    public async Task UploadAsync(VercelFile file, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var request = api.Request(HttpMethod.Post, "/v2/files", () =>
        {
            var body = new ReadOnlyMemoryContent(content);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            body.Headers.ContentLength = file.Size;
            body.Headers.Add("x-vercel-digest", file.Sha);
            body.Headers.Add("x-now-size", file.Size.ToString(CultureInfo.InvariantCulture));
            return body;
        });
        api.Require(await api.Client.ChangeIdempotentlyAsync(permit, request, cancellation), $"the upload of {file.Path}");
    }

    /// <summary>Starts a deployment. Never repeated: look for it by its meta before trying again.</summary>
    public async Task<VercelDeployment> CreateAsync(VercelDeploymentRequest deployment, CancellationToken cancellation)
    {
        var body = deployment.ToJson();
        var request = api.Request(HttpMethod.Post, "/v13/deployments?forceNew=1&skipAutoDetectionConfirmation=1",
            () => new StringContent(body, Encoding.UTF8, "application/json"));
        return api.Read<VercelDeployment>(await api.Client.ChangeOnceAsync(permit, request, cancellation), "the request for a deployment");
    }

    /// <summary>Asks for a promotion; the answer says only that it was asked for.</summary>
    public async Task<PromotionAnswer> PromoteAsync(string deploymentId, CancellationToken cancellation)
    {
        var request = api.Request(HttpMethod.Post, $"/v10/projects/{Project}/promote/{Uri.EscapeDataString(deploymentId)}",
            () => new StringContent("{}", Encoding.UTF8, "application/json"));
        var answer = await api.Client.ChangeOnceAsync(permit, request, cancellation);
        return answer.Status switch
        {
            HttpStatusCode.Conflict => PromotionAnswer.Conflict,
            HttpStatusCode.Accepted => PromotionAnswer.Queued,
            _ when answer.IsSuccess => PromotionAnswer.Accepted,
            _ => throw api.Refused(answer, $"the promotion of {deploymentId}", "See the message; `./build.sh StageVercel` builds a deployment that can be promoted."),
        };
    }

    /// <summary>Switches the automatic assignment of production domains.</summary>
    public async Task SetAutoAssignAsync(bool value, CancellationToken cancellation)
    {
        var request = api.Request(HttpMethod.Patch, $"/v9/projects/{Project}", () => JsonContent.Create(new { autoAssignCustomDomains = value }));
        api.Require(await api.Client.ChangeIdempotentlyAsync(permit, request, cancellation), "the change of the project's domain assignment");
    }

    /// <summary>Stops a build; one that ended already is left alone.</summary>
    public async Task CancelAsync(string deploymentId, CancellationToken cancellation)
    {
        var request = api.Request(HttpMethod.Patch, $"/v12/deployments/{Uri.EscapeDataString(deploymentId)}/cancel");
        var answer = await api.Client.ChangeIdempotentlyAsync(permit, request, cancellation);
        if (answer.Status is not (HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict))
            api.Require(answer, $"the cancellation of {deploymentId}");
    }

    /// <summary>Deletes a deployment with its domains; one that is gone already is as wanted.</summary>
    public async Task DeleteAsync(string deploymentId, CancellationToken cancellation)
    {
        var request = api.Request(HttpMethod.Delete, $"/v13/deployments/{Uri.EscapeDataString(deploymentId)}");
        var answer = await api.Client.ChangeIdempotentlyAsync(permit, request, cancellation);
        if (answer.Status != HttpStatusCode.NotFound)
            api.Require(answer, $"the deletion of {deploymentId}");
    }
}
