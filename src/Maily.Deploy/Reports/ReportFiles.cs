using System.Text.Json;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Reports;

/// <summary>Writes a report's three files.</summary>
public static class ReportFiles
{
    /// <summary>Writes <c>report.json</c>, <c>report.md</c> and <c>report.html</c> and gives the path of the Markdown.</summary>
    public static async Task<string> WriteAsync(string folder, DeploymentReport report, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, DeploymentJson.Readable), cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "report.html"), ReportText.Html(report), cancellation);
        var markdown = Path.Combine(folder, "report.md");
        await File.WriteAllTextAsync(markdown, ReportText.Markdown(report), cancellation);
        return markdown;
    }
}
