using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>Where an object does not do what a rule asks.</summary>
/// <param name="Object">The object.</param>
/// <param name="Path">The place in it, as a JSON pointer: <c>/spec/template/spec/containers/0/image</c>.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Fact">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record PolicyFinding(ObjectKey Object, string Path, PolicyRule Rule, string Fact, string Remedy)
{
    /// <summary>Why it is accepted, by the object's annotation; null where it is not.</summary>
    public string? Exception { get; init; }

    /// <summary><c>Deployment maily/api /spec/...: image-digest: ...</c>.</summary>
    public override string ToString() => $"{Object} {Path}: {Rule}: {Fact}. {Remedy}";
}
