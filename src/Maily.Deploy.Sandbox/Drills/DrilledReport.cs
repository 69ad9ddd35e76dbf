using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Reports;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Finds the report of the deployment that a machine ended.</summary>
static class DrilledReport
{
    /// <summary>The newest report in a clone; null where there is none.</summary>
    public static DeploymentReport? Find(DrillClone machine)
    {
        var folder = Path.Combine(machine.Root, "artifacts", "deployments");
        var newest = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "report.json", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal).FirstOrDefault()
            : null;
        return newest is null ? null : Parse(File.ReadAllText(newest));
    }

    static DeploymentReport? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<DeploymentReport>(text, DeploymentJson.Readable);
        }
        catch (JsonException)
        {
            // Half a report tells nobody anything: it counts as none.
            return null;
        }
    }

    /// <summary>The names of the steps of one stage that the report says are left.</summary>
    public static ImmutableArray<string> Left(this DeploymentReport report, string stage) =>
    [
        .. report.Leftovers.Where(line => line.StartsWith($"{stage}/", StringComparison.Ordinal)).Select(line => line[(stage.Length + 1)..].Split(':')[0]),
    ];

    /// <summary>The exit code that goes with an outcome; a cancelled deployment may end with 130 in place of 1 and 3.</summary>
    public static bool Fits(this DeploymentReport report, int exitCode, bool isRollback) => report.Outcome switch
    {
        DeploymentOutcome.Succeeded => exitCode == 0,
        DeploymentOutcome.NeedsAttention => exitCode == 2,
        DeploymentOutcome.RolledBack or DeploymentOutcome.Refused when isRollback => exitCode == 0,
        DeploymentOutcome.RolledBack => exitCode == (report.Cancelled ? 130 : 1),
        _ => exitCode == (report.Cancelled ? 130 : 3),
    };
}
