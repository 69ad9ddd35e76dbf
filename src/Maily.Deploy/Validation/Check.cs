namespace Maily.Deploy.Validation;

/// <summary>How one check ended.</summary>
public enum CheckOutcome
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>Worth knowing, but no reason to refuse.</summary>
    Warning,

    /// <summary>A fault: the deployment is refused.</summary>
    Failed,

    /// <summary>Not looked at, for instance because another check that it needs failed, or its part is skipped.</summary>
    NotChecked,
}

/// <summary>One question that must be answered with yes before anything is touched. A check changes nothing.</summary>
/// <param name="Area">The far side or part it belongs to, as printed in the table: <c>Vercel</c>, <c>Database</c>.</param>
/// <param name="Name">What is checked, for instance a variable's name.</param>
/// <param name="RunAsync">Answers the question; it may throw a <see cref="DeployException"/>, which counts as failed.</param>
public sealed record Check(string Area, string Name, Func<CancellationToken, Task<CheckResult>> RunAsync)
{
    /// <summary>Stages it is needed for; it is left out when none of them is planned. Empty: always needed.</summary>
    public IReadOnlyCollection<string> Stages { get; init; } = [];

    /// <summary>How long it may take; null for the runner's own limit.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>The answer of one check. Neither text ever holds a secret value, not even a part of one.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Fact">What was found, in a few words: <c>PostgreSQL 15.18 answers</c>.</param>
/// <param name="Remedy">What to do about a fault; empty when passed.</param>
public sealed record CheckResult(CheckOutcome Outcome, string Fact, string Remedy = "")
{
    /// <summary>The check passed.</summary>
    public static CheckResult Pass(string fact) => new(CheckOutcome.Passed, fact);

    /// <summary>The check found a fault.</summary>
    public static CheckResult Fail(string fact, string remedy) => new(CheckOutcome.Failed, fact, remedy);

    /// <summary>Worth knowing, no reason to refuse.</summary>
    public static CheckResult Warn(string fact, string remedy) => new(CheckOutcome.Warning, fact, remedy);

    /// <summary>Could not be looked at.</summary>
    public static CheckResult Skip(string why) => new(CheckOutcome.NotChecked, why);
}
