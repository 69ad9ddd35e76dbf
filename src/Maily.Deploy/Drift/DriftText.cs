using System.Globalization;
using System.Text;
using Maily.Deploy.Reports;

namespace Maily.Deploy.Drift;

/// <summary>A drift report for people, as Markdown, as HTML and as lines; all say what the JSON says.</summary>
public static class DriftText
{
    static readonly string[] Heads = ["Part", "State", "Compared"];
    static readonly string[] FindingHeads = ["What", "Is", "Field", "Released", "Live", "By"];

    /// <summary>The report as Markdown.</summary>
    public static string Markdown(DriftReport report)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"# {Headline(report)}").AppendLine().AppendLine(SentenceOf(report));
        ReportText.Table(text, "Parts", Heads, report.Parts.Select(RowOf));
        foreach (var part in report.Parts.Where(part => !part.Findings.IsEmpty))
            ReportText.Table(text, Title(part), FindingHeads, part.Findings.SelectMany(RowsOf));
        return text.ToString();
    }

    /// <summary>The report as one HTML page without anything from outside.</summary>
    public static string Html(DriftReport report)
    {
        var body = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<h1>{ReportText.Encode(Headline(report))}</h1><p>{ReportText.Encode(SentenceOf(report))}</p>");
        ReportText.HtmlTable(body, "Parts", report.Parts.Select(RowOf));
        foreach (var part in report.Parts.Where(part => !part.Findings.IsEmpty))
            ReportText.HtmlTable(body, ReportText.Encode(Title(part)), part.Findings.SelectMany(RowsOf));
        return ReportText.Page(Headline(report), body);
    }

    /// <summary>One line for each part and each finding.</summary>
    public static IEnumerable<string> Lines(DriftReport report) => report.Parts.SelectMany(part => part.Findings.SelectMany(LinesOf).Prepend($"{part.Name}: {Word(part.State)}, {part.Note}"));

    /// <summary>The report in one sentence.</summary>
    public static string Headline(DriftReport report) => report switch
    {
        { Release: null } => $"Nothing was released to {report.Environment} yet",
        { IsAsReleased: false } when report.Parts.Any(part => part.State == DriftState.Drifted) => $"{report.Environment} is not what was released",
        { IsAsReleased: false } => $"Whether {report.Environment} is what was released is not known",
        _ => $"{report.Environment} is what was released",
    };

    static string SentenceOf(DriftReport report) =>
        $"Release {report.Release?.Value ?? "none"} of commit {report.Commit ?? "none"}, compared {report.At:u}."
        + (report.AtWork is { } deployment ? $" {deployment} is at work: what differs may be its doing." : "");

    static string Title(DriftPart part) => string.Concat(part.Name[..1].ToUpperInvariant(), part.Name[1..]);

    static string[] RowOf(DriftPart part) => [part.Name, Word(part.State), part.Note];

    static IEnumerable<string[]> RowsOf(DriftFinding finding) => finding.Fields.IsEmpty
        ? [[finding.What, Word(finding.Kind), finding.Note ?? "", "", "", ""]]
        : finding.Fields.Select(field => new[] { finding.What, Word(finding.Kind), field.Path, field.Wanted ?? "not there", field.Found ?? "not there", field.By ?? finding.Note ?? "" });

    static IEnumerable<string> LinesOf(DriftFinding finding) => finding.Fields.IsEmpty
        ? [$"  {finding.What}: {Word(finding.Kind)}{(finding.Note is { } note ? $" ({note})" : "")}"]
        : finding.Fields.Select(field => $"  {finding.What}: {field.Path} is {field.Found ?? "not there"}, released was {field.Wanted ?? "nothing"}{((field.By ?? finding.Note) is { } by ? $"; {by}" : "")}");

    static string Word(DriftState state) => state switch
    {
        DriftState.AsReleased => "as released",
        DriftState.Drifted => "drifted",
        DriftState.NotCompared => "not compared",
        _ => "unknown",
    };

    static string Word(DriftKind kind) => kind.ToString().ToLowerInvariant();
}
