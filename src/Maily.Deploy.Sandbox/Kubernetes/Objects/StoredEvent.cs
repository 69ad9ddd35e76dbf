using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change of one object, with what it was before: a watch by label needs both to tell a leaving object.</summary>
internal sealed record StoredEvent(long Version, ChangeType Type, ResourceKind Kind, JsonObject Object, JsonObject? Before);
