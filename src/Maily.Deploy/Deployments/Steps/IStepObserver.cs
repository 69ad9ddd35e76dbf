namespace Maily.Deploy.Deployments.Steps;

/// <summary>The moments of a step that an observer is told of.</summary>
public enum StepMoment
{
    /// <summary>The journal says that the change may happen; nothing is sent yet.</summary>
    BeforeApply,

    /// <summary>The far side has answered; the journal does not say so yet.</summary>
    AfterApply,

    /// <summary>The change is journalled; wanted and observed are about to be compared.</summary>
    Verify,

    /// <summary>An attempt to undo the step is about to begin.</summary>
    Compensate,
}

/// <summary>Is told how far each step has come, before the step goes on. What it throws, the step suffers as its own failure.</summary>
public interface IStepObserver
{
    /// <summary>The step waits until this returns.</summary>
    Task ReachedAsync(StepId step, StepMoment moment, CancellationToken cancellation);
}

/// <summary>Looks on and says nothing.</summary>
sealed class NoObserver : IStepObserver
{
    public static NoObserver Instance { get; } = new();

    public Task ReachedAsync(StepId step, StepMoment moment, CancellationToken cancellation) => Task.CompletedTask;
}
