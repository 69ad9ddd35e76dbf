namespace Maily.Deploy.Deployments.Steps;

/// <summary>What a far side said about a step.</summary>
public enum FindingState
{
    /// <summary>It has not happened.</summary>
    Absent,

    /// <summary>This deployment did it; its mark is on the far side.</summary>
    AppliedByThis,

    /// <summary>All is as wanted, but not by this deployment: nothing to do, and nothing to undo.</summary>
    AlreadyAsWanted,
}

/// <summary>Whether a step already happened, and what the far side calls the result.</summary>
public sealed record Finding(FindingState State, StepOutputs Outputs)
{
    /// <summary>It has not happened.</summary>
    public static Finding Absent { get; } = new(FindingState.Absent, StepOutputs.None);

    /// <summary>This deployment did it.</summary>
    public static Finding ByThis(StepOutputs outputs) => new(FindingState.AppliedByThis, outputs);

    /// <summary>All is as wanted without this deployment.</summary>
    public static Finding AsWanted(StepOutputs outputs) => new(FindingState.AlreadyAsWanted, outputs);
}

/// <summary>The wanted state against the observed one.</summary>
/// <param name="IsAsWanted">Whether they are equal.</param>
/// <param name="Wanted">The wanted revision, digest or id.</param>
/// <param name="Observed">What the far side shows.</param>
public sealed record Verification(bool IsAsWanted, string Wanted, string Observed)
{
    /// <summary>Equal texts are as wanted.</summary>
    public static Verification Compare(string wanted, string observed) =>
        new(string.Equals(wanted, observed, StringComparison.Ordinal), wanted, observed);
}
