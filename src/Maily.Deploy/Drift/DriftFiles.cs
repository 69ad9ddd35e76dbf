using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Reports;

namespace Maily.Deploy.Drift;

/// <summary>Writes a drift report's three files.</summary>
public static class DriftFiles
{
    /// <summary>Writes <c>report.json</c>, <c>report.md</c> and <c>report.html</c>, each whole or not at all, and gives the path of the Markdown.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="report">What they say.</param>
    /// <param name="redact">Takes secrets out of them: a live object may hold one where none belongs.</param>
    /// <param name="cancellation">Aborts.</param>
    public static async Task<string> WriteAsync(string folder, DriftReport report, Func<string, string> redact, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await ReportFiles.ReplaceAsync(Path.Combine(folder, "report.json"), redact(JsonSerializer.Serialize(report, DeploymentJson.Readable)), cancellation);
        await ReportFiles.ReplaceAsync(Path.Combine(folder, "report.html"), redact(DriftText.Html(report)), cancellation);
        var markdown = Path.Combine(folder, "report.md");
        await ReportFiles.ReplaceAsync(markdown, redact(DriftText.Markdown(report)), cancellation);
        return markdown;
    }
}
