using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;

namespace Maily.Deploy.Components;

/// <summary>What happened to an environment lately, in lines for people, newest first.</summary>
static class HistoryText
{
    const int LongestCause = 200;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(EnvironmentHistory history) =>
        history.Deployments.Select(deployment => (At: deployment.Header.StartedAt, Text: LineOf(deployment)))
            .Concat(history.Audit.Select(entry => (entry.At, Text: LineOf(entry))))
            .OrderByDescending(line => line.At).Select(line => line.Text).DefaultIfEmpty("nothing yet");

    static string LineOf(PastDeployment deployment)
    {
        var header = deployment.Header;
        var seconds = (deployment.LastAt - header.StartedAt).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var line = $"{header.Id}  {deployment.Outcome?.ToString() ?? "unfinished",-14} {seconds,7} s  {header.Commit[..7]}  {header.StartedBy}";
        return deployment.FirstCause is { } cause ? $"{line}; first cause {cause.Step}: {Shorten(cause.Text.ReplaceLineEndings(" "))}" : line;
    }

    static string LineOf(AuditEntry entry) =>
        $"{entry.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),-29}  {entry.Action,-14} by {entry.By}: {entry.Reason}{(entry.Whom is { } whom ? $" ({Before(entry.Action)} {whom})" : "")}";

    static string Before(AuditedAction action) => action == AuditedAction.Unlocked ? "it was locked by" : "it was held by";

    static string Shorten(string cause) => cause.Length > LongestCause ? cause[..LongestCause] + " ..." : cause;
}
