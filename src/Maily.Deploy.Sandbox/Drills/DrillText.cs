using System.Globalization;
using System.Net;
using System.Text;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>A drill's report for people: a matrix of steps by moments and kinds, in a terminal and as a page.</summary>
public static class DrillText
{
    static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    static readonly FaultMoment[] Moments = Enum.GetValues<FaultMoment>();

    /// <summary>The matrix as lines of equal width, with what its marks mean.</summary>
    public static IEnumerable<string> Lines(DrillReport report)
    {
        var steps = Steps(report);
        var width = steps.Select(step => step.Length).Append(4).Max();
        yield return $"{"".PadRight(width)}  {string.Join("  ", Moments.Select(moment => Short(moment).PadRight(Kinds.Length)))}";
        yield return $"{"step".PadRight(width)}  {string.Join("  ", Moments.Select(_ => string.Concat(Kinds.Select(Letter))))}";
        foreach (var step in steps)
            yield return $"{step.PadRight(width)}  {string.Join("  ", Moments.Select(moment => string.Concat(Kinds.Select(kind => Mark(Of(report, step, moment, kind))))))}";
        yield return $"kinds: {string.Join(", ", Kinds.Select(kind => $"{Letter(kind)} {kind}"))}";
        yield return "ends: = complete, < undone, ! left to a person, 3 refused, X wrong, . not tried";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{report.Results.Length} faults{Missed(report)}, {report.Failed} wrong ends, {report.LostRows} of {report.Results.Sum(result => result.AcknowledgedRows)} acknowledged rows lost, median {report.MedianSeconds:0.0} s");
    }

    // They passed, but as deployments without a fault.
    static string Missed(DrillReport report) => report.Results.Count(result => !result.HasStruck) is var count and > 0 ? $" ({count} found nothing to strike)" : "";

    /// <summary>One page without anything from outside.</summary>
    public static string Html(DrillReport report)
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>Drill: {report.Passed} of {report.Results.Length} faults end as they may</h1>");
        body.Append(CultureInfo.InvariantCulture, $"<p>Seed {report.Seed}; {report.LostRows} of {report.Results.Sum(result => result.AcknowledgedRows)} acknowledged rows lost; median {report.MedianSeconds:0.0} s a fault.</p>");
        body.Append(CultureInfo.InvariantCulture, $"<table><tr><th></th>{string.Concat(Moments.Select(moment => $"<th colspan=\"{Kinds.Length}\">{Short(moment)}</th>"))}</tr><tr><th>step</th>{string.Concat(Moments.SelectMany(_ => Kinds).Select(kind => $"<th title=\"{kind}\">{Letter(kind)}</th>"))}</tr>");
        foreach (var step in Steps(report))
            body.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(step)}</td>{string.Concat(Moments.SelectMany(moment => Kinds.Select(kind => Cell(Of(report, step, moment, kind)))))}</tr>");
        body.Append("</table>");
        foreach (var result in report.Results.OrderByDescending(result => result.End == DrilledEnd.Wrong))
            body.Append(CultureInfo.InvariantCulture, $"<h3>{Encode($"{result.Fault}: {result.End}")}</h3><p>{result.Seconds:0.0} s, exit {string.Join(", then ", result.ExitCodes)}, {result.AcknowledgedRows} rows acknowledged, {result.LostRows} lost</p>{List("wrong", result.Problems)}{List("left behind", result.Leftovers)}");
        return $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Drill</title><style>{Style}</style><body>{body}</body></html>";
    }

    const string Style = "body{font:15px/1.5 system-ui;margin:2em auto;max-width:80em;padding:0 1em}td,th{padding:.1em .4em;border:1px solid #ccc;text-align:center}td:first-child{text-align:left}.Wrong{background:#f66}.Undone{background:#def}.Complete{background:#dfd}.NeedsPerson{background:#fe9}";

    static List<string> Steps(DrillReport report) => [.. report.Results.Select(result => result.Fault.Step.ToString()).Distinct(StringComparer.Ordinal)];

    static List<DrillResult> Of(DrillReport report, string step, FaultMoment moment, FaultKind kind) =>
        [.. report.Results.Where(result => result.Fault.Step.ToString() == step && result.Fault.Moment == moment && result.Fault.Kind == kind)];

    // A killed deployment is brought to its end in two ways: a wrong end of either shows.
    static char Mark(List<DrillResult> results) => results.Select(result => result.End).DefaultIfEmpty((DrilledEnd)(-1)).Max() switch
    {
        DrilledEnd.Complete => '=',
        DrilledEnd.Undone => '<',
        DrilledEnd.NeedsPerson => '!',
        DrilledEnd.Refused => '3',
        DrilledEnd.Wrong => 'X',
        _ => '.',
    };

    static string Cell(List<DrillResult> results) => results.Count == 0 ? "<td></td>"
        : $"<td class=\"{results.Max(result => result.End)}\" title=\"{Encode(string.Join("; ", results.Select(result => $"{result.Fault}: {result.End}")))}\">{Encode($"{Mark(results)}")}</td>";

    static string List(string title, IReadOnlyCollection<string> lines) =>
        lines.Count == 0 ? "" : $"<p>{title}:</p><ul>{string.Concat(lines.Select(line => $"<li>{Encode(line)}</li>"))}</ul>";

    static string Short(FaultMoment moment) => moment switch
    {
        FaultMoment.BeforeApply => "before",
        FaultMoment.DuringApply => "during",
        FaultMoment.AfterApply => "after",
        FaultMoment.DuringVerify => "verify",
        _ => "undoing",
    };

    static char Letter(FaultKind kind) => kind switch
    {
        FaultKind.Error => 'E',
        FaultKind.TimeOut => 'T',
        FaultKind.ConnectionCut => 'C',
        FaultKind.AnswerLost => 'A',
        FaultKind.Killed => 'K',
        FaultKind.Interrupted => 'I',
        FaultKind.Terminated => 'S',
        _ => 'D',
    };

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
