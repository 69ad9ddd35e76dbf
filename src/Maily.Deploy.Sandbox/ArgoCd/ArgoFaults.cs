namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>What goes wrong with Argo CD in one cluster, until it is cleared.</summary>
public sealed class ArgoFaults
{
    volatile Faults now = new();

    /// <summary>Whether the application controller does not run at all.</summary>
    public bool IsDead
    {
        get => now.IsDead;
        set => now = now with { IsDead = value };
    }

    /// <summary>What the cluster says to every object that is applied; null for nothing.</summary>
    public string? SyncFailure
    {
        get => now.SyncFailure;
        set => now = now with { SyncFailure = value };
    }

    /// <summary>Whether an operation never ends.</summary>
    public bool OperationHangs
    {
        get => now.OperationHangs;
        set => now = now with { OperationHangs = value };
    }

    /// <summary>The health that the Application has whatever its objects say: <c>Degraded</c>, <c>Progressing</c>; null for their own.</summary>
    public string? Health
    {
        get => now.Health;
        set => now = now with { Health = value };
    }

    /// <summary>A commit that it compares with in place of the branch's newest; null for that one.</summary>
    public string? ComparesWith
    {
        get => now.ComparesWith;
        set => now = now with { ComparesWith = value };
    }

    /// <summary>Why it cannot compare; null where it can.</summary>
    public string? ComparisonError
    {
        get => now.ComparisonError;
        set => now = now with { ComparisonError = value };
    }

    /// <summary>An image that the Application runs another one in place of, as by spec.source.kustomize.images; null for none.</summary>
    public (string Image, string Replacement)? Override
    {
        get => now.Override;
        set => now = now with { Override = value };
    }

    /// <summary>Ends all faults.</summary>
    public void Clear() => now = new();

    sealed record Faults(bool IsDead = false, string? SyncFailure = null, bool OperationHangs = false, string? Health = null, string? ComparesWith = null, string? ComparisonError = null,
        (string Image, string Replacement)? Override = null);
}
