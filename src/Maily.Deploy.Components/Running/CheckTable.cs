using Maily.Deploy.Validation;

namespace Maily.Deploy.Components;

/// <summary>A report of checks as aligned lines.</summary>
static class CheckTable
{
    /// <summary>One line a check, a warning followed by its remedy, then the count. What to do about faults stands in the error that follows.</summary>
    public static IEnumerable<string> Lines(CheckReport report)
    {
        var area = Width(report, line => line.Area);
        var name = Width(report, line => line.Name);
        foreach (var line in report.Lines)
        {
            yield return $"{Mark(line.Result.Outcome)} {line.Area.PadRight(area)}  {line.Name.PadRight(name)}  {line.Result.Fact}";
            if (line.Result is { Outcome: CheckOutcome.Warning, Remedy.Length: > 0 })
                yield return $"{new string(' ', area + name + 10)}-> {line.Result.Remedy}";
        }

        yield return $"{report.Lines.Length} checks, {report.Faults.Length} fault{(report.Faults.Length == 1 ? "" : "s")}";
    }

    static int Width(CheckReport report, Func<CheckLine, string> cell) => report.Lines.Select(line => cell(line).Length).DefaultIfEmpty(0).Max();

    static string Mark(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "ok   ",
        CheckOutcome.Warning => "warn ",
        CheckOutcome.Failed => "FAULT",
        _ => "-    ",
    };
}
