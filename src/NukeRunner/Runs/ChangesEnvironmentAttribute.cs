namespace NukeRunner;

/// <summary>
/// The target changes an environment. Runs that plan such a target refuse <c>--continue</c>, which knows neither commit nor
/// environment: their way is <c>--resume</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChangesEnvironmentAttribute : Attribute;

/// <summary>
/// The exit code of a build that is refused before any target ran: unknown target or parameter, missing value, cycle.
/// Without it 255, as for any failure.
/// </summary>
/// <param name="code">The exit code, 1 to 255.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RefusalExitCodeAttribute(int code) : Attribute
{
    /// <summary>The exit code, 1 to 255.</summary>
    public int Code { get; } = code;
}
