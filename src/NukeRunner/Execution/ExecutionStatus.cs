namespace Nuke.Common.Execution;

/// <summary>Where a target stands.</summary>
public enum ExecutionStatus
{
    /// <summary>Not part of the run.</summary>
    None,

    /// <summary>Waits for its turn.</summary>
    Scheduled,

    /// <summary>Its turn never came.</summary>
    NotRun,

    /// <summary>Left out on purpose.</summary>
    Skipped,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Threw.</summary>
    Failed,

    /// <summary>Runs now.</summary>
    Running,

    /// <summary>Was cancelled while it ran.</summary>
    Aborted,

    /// <summary>Has no actions of its own.</summary>
    Collective,
}
