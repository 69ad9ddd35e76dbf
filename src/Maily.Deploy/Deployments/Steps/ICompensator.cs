namespace Maily.Deploy.Deployments.Steps;

/// <summary>How a compensation ended.</summary>
public enum CompensationState
{
    /// <summary>The far side is as it was, and that was verified.</summary>
    Undone,

    /// <summary>Kept on purpose, by policy: the text says why.</summary>
    Kept,

    /// <summary>Only a person may decide or do it: the text says what.</summary>
    NeedsPerson,
}

/// <summary>The end of one compensation.</summary>
/// <param name="State">How it ended.</param>
/// <param name="Text">What was undone, why it was kept, or what a person must do, in one sentence.</param>
public sealed record CompensationResult(CompensationState State, string Text)
{
    /// <summary>Undone and verified.</summary>
    public static CompensationResult Undone(string text) => new(CompensationState.Undone, text);

    /// <summary>Kept by policy.</summary>
    public static CompensationResult Kept(string text) => new(CompensationState.Kept, text);

    /// <summary>Left to a person.</summary>
    public static CompensationResult NeedsPerson(string text) => new(CompensationState.NeedsPerson, text);

    /// <summary>As the journal writes it: <c>Kept: old code works on it</c>.</summary>
    internal string Journalled => $"{State}: {Text}";

    /// <summary>The end that a journal's text tells of, or null where it tells of something else.</summary>
    internal static CompensationResult? Read(string? journalled) =>
        journalled?.Split(": ", 2) is [var state, var text] && Enum.TryParse<CompensationState>(state, out var known) ? new(known, text) : null;
}

/// <summary>Undoes steps of one type, from their restore point alone, on any machine; it is safe to repeat.</summary>
public interface ICompensator
{
    /// <summary>The type that its steps name in <see cref="Step.CompensatorType"/>.</summary>
    string Type { get; }

    /// <summary>Undoes the step and verifies it. A step that never took effect is found and reported as undone.</summary>
    /// <param name="context">Opens clients that can change the far side.</param>
    /// <param name="step">The step's id.</param>
    /// <param name="restorePoint">What it wrote down before it changed anything.</param>
    /// <param name="outputs">What it answered, or none when it died in the middle.</param>
    /// <param name="cancellation">Aborts.</param>
    Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation);
}
