using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>When a fault strikes.</summary>
public enum FaultMoment
{
    /// <summary>The journal says that the change may happen; nothing is sent yet.</summary>
    BeforeApply,

    /// <summary>Some of what the step sends to its far side has left.</summary>
    DuringApply,

    /// <summary>The far side has answered; the journal does not say so yet.</summary>
    AfterApply,

    /// <summary>Wanted and observed are being compared.</summary>
    DuringVerify,

    /// <summary>A later step has failed, and this one is being undone.</summary>
    DuringCompensate,
}

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The far side refuses, or the step fails by itself.</summary>
    Error,

    /// <summary>No answer comes for longer than anybody waits.</summary>
    TimeOut,

    /// <summary>The connection is cut.</summary>
    ConnectionCut,

    /// <summary>What was asked for is done, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>The deploying process is killed (SIGKILL), and its machine is lost.</summary>
    Killed,

    /// <summary>Ctrl+C (SIGINT).</summary>
    Interrupted,

    /// <summary>The runner is asked to end (SIGTERM).</summary>
    Terminated,

    /// <summary>The deploying machine's disk is full from then on.</summary>
    DiskFull,
}

/// <summary>How a deployment whose process is gone is brought to its end from another machine.</summary>
public enum Recovery
{
    /// <summary>The process that suffered the fault ends the deployment itself.</summary>
    None,

    /// <summary><c>Rollback</c>.</summary>
    Rollback,

    /// <summary><c>DeployProduction --resume</c>.</summary>
    Resume,
}

/// <summary>One thing that goes wrong in one deployment.</summary>
/// <param name="Step">The step that suffers it.</param>
/// <param name="Moment">When.</param>
/// <param name="Kind">What.</param>
public sealed record Fault(StepId Step, FaultMoment Moment, FaultKind Kind)
{
    /// <summary>How the deployment is brought to its end.</summary>
    public Recovery Recovery { get; init; }

    /// <summary><c>Migrate/20260101000000_x DuringApply Killed, then Rollback</c>.</summary>
    public override string ToString() => $"{Step} {Moment} {Kind}{(Recovery == Recovery.None ? "" : $", then {Recovery}")}";
}
