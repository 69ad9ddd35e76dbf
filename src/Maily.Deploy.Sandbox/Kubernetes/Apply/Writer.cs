namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Who writes, through which subresource ("" for the object itself), and when.</summary>
internal sealed record Writer(string Manager, string Subresource, DateTimeOffset Now);
