namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>Labels and annotations of KEP-3659, which every tool that knows ApplySets reads.</summary>
static class ApplySetMarks
{
    /// <summary>The parent's label: the id of its set.</summary>
    public const string Id = "applyset.kubernetes.io/id";

    /// <summary>A member's label: the id of the set that it belongs to.</summary>
    public const string PartOf = "applyset.kubernetes.io/part-of";

    /// <summary>The parent's annotation: which tool keeps the set, <c>name/version</c>.</summary>
    public const string Tooling = "applyset.kubernetes.io/tooling";

    /// <summary>The parent's annotation: the kinds of members, <c>Kind.group</c> with commas between.</summary>
    public const string GroupKinds = "applyset.kubernetes.io/contains-group-kinds";

    /// <summary>The parent's annotation: the namespaces of members other than its own, with commas between.</summary>
    public const string Namespaces = "applyset.kubernetes.io/additional-namespaces";
}
