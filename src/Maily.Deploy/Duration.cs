using System.Globalization;
using System.Text.RegularExpressions;

namespace Maily.Deploy;

/// <summary>Reads durations as people type them: <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>35d</c>.</summary>
public static partial class Duration
{
    /// <summary>The duration.</summary>
    /// <exception cref="MalformedDurationException">The text is none.</exception>
    public static TimeSpan Parse(string text) => TryParse(text) ?? throw new MalformedDurationException(text);

    /// <summary>The duration, or null where the text is none.</summary>
    public static TimeSpan? TryParse(string text) => Form().Match(text) is { Success: true } match
        ? double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * UnitOf(match.Groups["unit"].Value)
        : null;

    static TimeSpan UnitOf(string unit) => unit switch
    {
        "d" => TimeSpan.FromDays(1),
        "h" => TimeSpan.FromHours(1),
        "m" => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(1),
    };

    [GeneratedRegex("^(?<number>[0-9]{1,6}(\\.[0-9]{1,6})?)(?<unit>s|m|h|d)\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}

/// <summary>A text is no duration.</summary>
public sealed class MalformedDurationException(string text) : DeployException($"'{text}' is no duration.", "Write it like 90s, 15m, 2h or 35d.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
