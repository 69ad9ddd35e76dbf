namespace Maily.Deploy;

/// <summary>What a failure means for the deployment as a whole; each has an exit code of its own.</summary>
public enum FailureKind
{
    /// <summary>Something was tried and failed; what was done is undone. Exit code 1.</summary>
    Failed,

    /// <summary>Refused before anything was touched. Exit code 3.</summary>
    Refused,

    /// <summary>A person must act; the message says what. Exit code 2.</summary>
    NeedsAttention,
}

/// <summary>
/// Base of every error that this library raises on purpose: a fact, the evidence for it and the remedy.
/// None of the three ever holds a secret value.
/// </summary>
public abstract class DeployException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="fact">What is wrong, in one sentence.</param>
    /// <param name="remedy">What the reader can do about it, in one sentence or a command.</param>
    /// <param name="evidence">What was seen: a far side's answer, a line of a file. May span lines.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    protected DeployException(string fact, string remedy, string? evidence = null, Exception? cause = null)
        : base(Compose(fact, evidence, remedy), cause) => (Fact, Remedy, Evidence) = (fact, remedy, evidence);

    /// <summary>What is wrong.</summary>
    public string Fact { get; }

    /// <summary>What was seen; null where the fact says it all.</summary>
    public string? Evidence { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    /// <summary>What the error means for the deployment; <see cref="FailureKind.Failed"/> unless a type says otherwise.</summary>
    public virtual FailureKind Kind => FailureKind.Failed;

    /// <summary>Whether the change that was asked for may have been made all the same, since only its answer was lost.</summary>
    public virtual bool LeavesDoubt => false;

    static string Compose(string fact, string? evidence, string remedy) =>
        string.Join(Environment.NewLine, new[] { fact, evidence, remedy }.Where(part => !string.IsNullOrWhiteSpace(part)));
}
