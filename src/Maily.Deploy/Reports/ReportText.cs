using System.Globalization;
using System.Net;
using System.Text;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Reports;

/// <summary>A report for people, as Markdown and as HTML; both say what the JSON says.</summary>
public static class ReportText
{
    /// <summary>The report as Markdown.</summary>
    public static string Markdown(DeploymentReport report)
    {
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"# {Headline(report)}").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"Deployment `{report.Id ?? "none"}` of commit `{report.Commit}`, {report.StartedAt:u}, {Seconds((report.EndedAt - report.StartedAt).TotalSeconds)}.");
        if (report.Rollback is { } rollback)
            text.AppendLine().AppendLine(SentenceOf(rollback));
        if (report.FirstCause is { } cause)
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**First cause**, in {cause.Target}: {cause.Fact}").AppendLine(Quote(cause.Evidence)).AppendLine(cause.Remedy);
        List(text, "What a person must still do", report.ToDo);
        List(text, "Accepted", report.Accepted);
        List(text, "Undone", report.Undone);
        List(text, "Left behind", report.Leftovers);
        if (report.Scans.Count > 0)
            Table(text, "Scans", ["Image", "Known weaknesses", "Ignored", "Scanner"], ScanRows(report));
        Table(text, "Targets", ["Target", "Status", "Time", ""], report.Targets.Select(target => new[] { target.Name, target.Status, Seconds(target.Seconds), target.Note ?? "" }));
        Table(text, "Steps", ["Step", "Kind", "State", "Outputs"], report.Steps.Select(step => new[]
        {
            step.Id, step.Kind, step.State.ToString(), string.Join(", ", step.Outputs.Select(pair => $"{pair.Key} {pair.Value}")),
        }));
        return text.ToString();
    }

    /// <summary>The report as one HTML page without anything from outside.</summary>
    public static string Html(DeploymentReport report)
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(Headline(report))}</h1><p>Deployment <code>{Encode(report.Id ?? "none")}</code> of commit <code>{Encode(report.Commit)}</code>, {report.StartedAt:u}, {Seconds((report.EndedAt - report.StartedAt).TotalSeconds)}.</p>");
        if (report.Rollback is { } rollback)
            body.Append(CultureInfo.InvariantCulture, $"<p>{Encode(SentenceOf(rollback))}</p>");
        if (report.FirstCause is { } cause)
            body.Append(CultureInfo.InvariantCulture, $"<h2>First cause, in {Encode(cause.Target)}</h2><p>{Encode(cause.Fact)}</p><pre>{Encode(cause.Evidence ?? "")}</pre><p>{Encode(cause.Remedy ?? "")}</p>");
        HtmlList(body, "What a person must still do", report.ToDo);
        HtmlList(body, "Accepted", report.Accepted);
        HtmlList(body, "Undone", report.Undone);
        HtmlList(body, "Left behind", report.Leftovers);
        if (report.Scans.Count > 0)
            HtmlTable(body, "Scans", ScanRows(report));
        HtmlTable(body, "Targets", report.Targets.Select(target => new[] { target.Name, target.Status, Seconds(target.Seconds), target.Note ?? "" }));
        HtmlTable(body, "Steps", report.Steps.Select(step => new[]
        {
            step.Id, step.Kind, step.State.ToString(), string.Join(", ", step.Outputs.Select(pair => $"{pair.Key} {pair.Value}")),
        }));
        return Page(Headline(report), body);
    }

    internal static string Page(string title, StringBuilder body) =>
        $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{Encode(title)}</title><style>{Style}</style><body>{body}</body></html>";

    const string Style = "body{font:16px/1.5 system-ui;margin:2em auto;max-width:60em;padding:0 1em}td{padding:.2em .8em;border-top:1px solid #ccc}pre{background:#f3f3f3;padding:1em;overflow:auto}";

    static IEnumerable<string[]> ScanRows(DeploymentReport report) => report.Scans.Select(pair => new[]
    {
        pair.Key, pair.Value.Findings ?? $"not scanned: {pair.Value.Unscanned}", pair.Value.Ignored ?? "", pair.Value.Scanner is { } scanner ? $"{scanner}, database {pair.Value.Database}" : "",
    });

    static string SentenceOf(ReportedRollback rollback) =>
        $"Rolled back by {rollback.By}, {rollback.At:u}, to {rollback.To ?? "what was before the first deployment"}.";

    static string Headline(DeploymentReport report) => report.Outcome switch
    {
        DeploymentOutcome.Succeeded when report.IsUnchanged => $"{report.Environment} is deployed already: nothing changed",
        DeploymentOutcome.RolledBack when report.Rollback is not null => $"{report.Environment} was rolled back: what this deployment did is undone",
        DeploymentOutcome.NeedsAttention when report.Rollback is not null => $"{report.Environment} needs a person: this deployment is not undone completely",
        DeploymentOutcome.Succeeded => $"{report.Environment} is deployed",
        DeploymentOutcome.RolledBack => $"{report.Environment} was not deployed: {(report.Cancelled ? "cancelled" : "it failed")}, and what it did was undone",
        DeploymentOutcome.NeedsAttention => $"{report.Environment} needs a person",
        _ => $"{report.Environment} was refused before anything was touched",
    };

    static string Seconds(double seconds) => $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s";

    static string Quote(string? evidence) =>
        string.IsNullOrEmpty(evidence) ? "" : $"```{Environment.NewLine}{evidence}{Environment.NewLine}```";

    static void List(StringBuilder text, string title, IReadOnlyCollection<string> lines)
    {
        if (lines.Count > 0)
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine().AppendJoin(Environment.NewLine, lines.Select(line => $"- {line}")).AppendLine();
    }

    internal static void Table(StringBuilder text, string title, string[] heads, IEnumerable<string[]> rows) => text
        .AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine()
        .AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", heads)} |").AppendLine(CultureInfo.InvariantCulture, $"|{string.Concat(heads.Select(_ => " --- |"))}")
        .AppendJoin(Environment.NewLine, rows.Select(row => $"| {string.Join(" | ", row.Select(cell => cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)))} |")).AppendLine();

    static void HtmlList(StringBuilder body, string title, IReadOnlyCollection<string> lines)
    {
        if (lines.Count > 0)
            body.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2><ul>{string.Concat(lines.Select(line => $"<li>{Encode(line)}</li>"))}</ul>");
    }

    internal static void HtmlTable(StringBuilder body, string title, IEnumerable<string[]> rows) =>
        body.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2><table>{string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select(cell => $"<td>{Encode(cell)}</td>"))}</tr>"))}</table>");

    internal static string Encode(string text) => WebUtility.HtmlEncode(text);
}
