using System.Text.Json;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Reports;

/// <summary>Writes a report's three files.</summary>
public static class ReportFiles
{
    const string Reserve = "report.reserve";
    const int ReservedBytes = 512 * 1024;

    /// <summary>Keeps room for a report, so that a disk which is full by the end still takes it.</summary>
    /// <exception cref="IOException">The disk has no room for it already.</exception>
    public static async Task ReserveAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, Reserve), new byte[ReservedBytes], cancellation);
    }

    /// <summary>Writes <c>report.json</c>, <c>report.md</c> and <c>report.html</c>, each whole or not at all, and gives the path of the Markdown.</summary>
    public static async Task<string> WriteAsync(string folder, DeploymentReport report, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, Reserve));
        await ReplaceAsync(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, DeploymentJson.Readable), cancellation);
        await ReplaceAsync(Path.Combine(folder, "report.html"), ReportText.Html(report), cancellation);
        var markdown = Path.Combine(folder, "report.md");
        await ReplaceAsync(markdown, ReportText.Markdown(report), cancellation);
        return markdown;
    }

    internal static async Task ReplaceAsync(string file, string text, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync($"{file}.new", text, cancellation);
        File.Move($"{file}.new", file, overwrite: true);
    }
}
