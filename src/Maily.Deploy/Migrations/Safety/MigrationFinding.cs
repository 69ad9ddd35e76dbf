using System.Collections.Immutable;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Notice,

    /// <summary>A person should look.</summary>
    Warning,

    /// <summary>A deployment to an environment with consent is refused.</summary>
    Error,
}

/// <summary>What is unsafe about a statement of a pending migration.</summary>
public sealed record MigrationFinding
{
    /// <summary>The rule's name, with which a comment suppresses it: <c>rewrite</c>, or one of squawk's.</summary>
    public required string Rule { get; init; }

    /// <summary>How much it matters.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Line of the statement, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The statement's first words.</summary>
    public required string Statement { get; init; }

    /// <summary>What it does, to what, and whom that blocks.</summary>
    public required string Fact { get; init; }

    /// <summary>The safe way to write it.</summary>
    public required string Remedy { get; init; }

    /// <summary>Why somebody suppressed it; null where nobody did.</summary>
    public string? SuppressedBecause { get; init; }

    /// <summary><c>20260101_x.sql:3: rewrite: ...</c>.</summary>
    public override string ToString() =>
        $"{System.IO.Path.GetFileName(Path)}:{Line}: {Rule}: {Fact}{(SuppressedBecause is { } reason ? $" (accepted: {reason})" : "")}";
}

/// <summary>All findings about the pending migrations.</summary>
/// <param name="Findings">Grave ones first.</param>
/// <param name="Measured">How many statements were run on a scratch database; null where none could be.</param>
public sealed record SafetyReport(ImmutableArray<MigrationFinding> Findings, int? Measured)
{
    /// <summary>Those of that severity that nobody suppressed.</summary>
    public ImmutableArray<MigrationFinding> Of(FindingSeverity severity) => [.. Findings.Where(finding => finding.Severity == severity && finding.SuppressedBecause is null)];

    /// <summary>Does nothing where there is no error.</summary>
    /// <exception cref="UnsafeMigrationsException">There is one.</exception>
    public void ThrowIfUnsafe()
    {
        if (Of(FindingSeverity.Error) is { IsEmpty: false } errors)
            throw new UnsafeMigrationsException(errors);
    }
}

/// <summary>Pending migrations would keep people waiting; nothing was touched.</summary>
public sealed class UnsafeMigrationsException(ImmutableArray<MigrationFinding> errors)
    : DeployException($"{errors.Length} statement{(errors.Length == 1 ? "" : "s")} of pending migrations {(errors.Length == 1 ? "is" : "are")} unsafe.",
        $"{errors[0].Remedy} Or accept it by `-- maily-ignore {errors[0].Rule}: why` before the statement.", string.Join(Environment.NewLine, errors))
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
