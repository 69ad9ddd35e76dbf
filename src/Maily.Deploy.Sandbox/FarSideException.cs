namespace Maily.Deploy.Sandbox;

/// <summary>A far side of the sandbox could not be started or did not do what it must.</summary>
public sealed class FarSideException(string farSide, string fact, string remedy, string? evidence = null, Exception? cause = null)
    : DeployException($"{farSide}: {fact}", remedy, evidence, cause)
{
    /// <summary>The far side's name: <c>postgres</c>, <c>engine</c>, <c>registry</c>, ...</summary>
    public string FarSide { get; } = farSide;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
