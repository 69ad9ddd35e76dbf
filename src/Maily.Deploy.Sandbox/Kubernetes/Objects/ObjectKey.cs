using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

/// <summary>Where one object is kept; <see cref="Namespace"/> is empty for objects of the whole cluster.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name);
