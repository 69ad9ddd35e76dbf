using System.Collections.Immutable;

namespace Maily.Deploy.Validation;

/// <summary>One line of the table of checks.</summary>
/// <param name="Area">The far side or part.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Result">How it ended.</param>
public sealed record CheckLine(string Area, string Name, CheckResult Result)
{
    /// <summary><c>Vercel: token: failed: ...</c>.</summary>
    public override string ToString() =>
        $"{Area}: {Name}: {Result.Fact.TrimEnd('.')}{(Result.Remedy.Length > 0 ? ". " + Result.Remedy : "")}";
}

/// <summary>The answers of all checks, in the order in which they were asked.</summary>
public sealed record CheckReport(ImmutableArray<CheckLine> Lines)
{
    /// <summary>Exit code of a run that a check refused.</summary>
    public const int RefusedExitCode = 3;

    /// <summary>Whether nothing failed; warnings pass.</summary>
    public bool Passed => Faults.IsEmpty;

    /// <summary>0, or <see cref="RefusedExitCode"/>.</summary>
    public int ExitCode => Passed ? 0 : RefusedExitCode;

    /// <summary>What failed.</summary>
    public ImmutableArray<CheckLine> Faults => [.. Lines.Where(line => line.Result.Outcome == CheckOutcome.Failed)];

    /// <summary>Two reports as one.</summary>
    public CheckReport With(CheckReport other) => new(Lines.AddRange(other.Lines));

    /// <summary>Does nothing when all passed.</summary>
    /// <exception cref="ValidationFailedException">Something failed; the message names every fault.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed)
            throw new ValidationFailedException(this);
    }
}

/// <summary>Checks failed; nothing was touched.</summary>
public sealed class ValidationFailedException(CheckReport report)
    : DeployException(
        report.Faults.Length == 1 ? "1 check failed; nothing was touched." : $"{report.Faults.Length} checks failed; nothing was touched.",
        "Correct all of them, then run `./build.sh Validate` again.",
        string.Join(Environment.NewLine, report.Faults.Select(fault => $"- {fault}")))
{
    /// <summary>All answers.</summary>
    public CheckReport Report { get; } = report;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
