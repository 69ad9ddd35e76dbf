using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Compares what is live with the release record. Changes nothing, takes no lease, and works while a deployment runs.</summary>
public interface IDrift : IHazDeployment
{
    /// <summary>Compares each region, the database and the frontend, and writes <c>artifacts/drift/report.json</c>, <c>.md</c> and <c>.html</c>.</summary>
    Target Drift => _ => _
        .Description("Compares what is live with the release record: clusters, database, frontend; exit code 2 where something differs")
        .ExecutesAsync(cancellation => new Drifting(this).RunAsync(cancellation));
}
