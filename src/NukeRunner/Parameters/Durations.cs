using System.Globalization;

namespace NukeRunner.Parameters;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>00:00:30</c>; a bare number is seconds.</summary>
internal static class Durations
{
    public static TimeSpan Parse(string text)
    {
        var digits = text.TakeWhile(x => char.IsAsciiDigit(x) || x == '.').Count();
        if (digits == 0 || text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.Parse(text, CultureInfo.InvariantCulture);
        var number = double.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        return text[digits..].Trim().ToLowerInvariant() switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "" or "s" => TimeSpan.FromSeconds(number),
            "m" or "min" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => throw new FormatException($"'{text}' is no duration such as 30s or 5m"),
        };
    }

    /// <summary>As NUKE's summary shows them.</summary>
    public static string Show(TimeSpan duration)
        => duration < TimeSpan.FromSeconds(1) ? "< 1sec" : $"{(int)duration.TotalMinutes}:{duration:ss}";
}
