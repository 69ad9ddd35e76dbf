using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Apply;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>How a write is meant.</summary>
internal sealed record WriteOptions(Writer Writer, bool DryRun = false, bool Strict = false)
{
    public static WriteOptions Of(ApiRequest request, DateTimeOffset now)
    {
        var subresource = request.Path.Subresource ?? "";
        return new(new Writer(request.FieldManager, subresource, now), request.IsDryRun, request.IsStrict);
    }
}
