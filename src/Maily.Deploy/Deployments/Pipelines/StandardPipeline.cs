using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>
/// The order of a whole deployment. Nothing that lasts is changed before every artifact exists, and the frontend is built
/// before the database moves, so that the time between the new schema and the new frontend holds no build.
/// </summary>
public static class StandardPipeline
{
    /// <summary>The stages and their edges.</summary>
    public static Pipeline Create() => new(
    [
        new("Validate", "Checks variables, far sides, commit, identity and hold; all faults at once; touches nothing"),
        new("Prepare", "Takes the lease, begins the journal, announces the deployment") { Needs = ["Validate"], ChangesEnvironment = true },
        new("BuildImages", "Builds the container images whose content the registry does not serve yet")
        {
            Needs = ["Prepare"], Kind = StepKind.Additive, Skip = SkipGroup.Images,
        },
        new("ScanImages", "Scans the images for known weaknesses and makes their bills of materials")
        {
            Needs = ["BuildImages"], Kind = StepKind.Probing, Skip = SkipGroup.Images,
        },
        new("PushImages", "Pushes the images and verifies the digests that the registry answers")
        {
            Needs = ["ScanImages"], Kind = StepKind.Additive, Skip = SkipGroup.Images,
        },
        new("Backup", "Dumps the database, with a receipt of sizes and checksums")
        {
            Needs = ["Prepare"], Kind = StepKind.Additive, Skip = SkipGroup.Database,
        },
        new("StageVercel", "Builds the frontend on Vercel as a production deployment without a domain")
        {
            Needs = ["Prepare"], Kind = StepKind.Additive, Skip = SkipGroup.Frontend,
        },
        new("Migrate", "Applies the pending migrations, one transaction each")
        {
            Needs = ["Backup"], After = ["PushImages", "StageVercel"], Kind = StepKind.Conditional, Skip = SkipGroup.Database,
        },
        new("VerifySchema", "Compares the database's schema with the one that its migrations make")
        {
            Needs = ["Prepare"], After = ["Migrate"], Kind = StepKind.Probing, Skip = SkipGroup.Database,
        },
        new("DeployK8s", "Applies the manifests with images by digest, region by region, and waits for the rollouts")
        {
            Needs = ["Prepare"], After = ["PushImages", "Migrate", "VerifySchema", "StageVercel"], Kind = StepKind.Reversible, Skip = SkipGroup.Kubernetes,
        },
        new("DeployAiServices", "Rolls out the AI services with their routing and keys, once the base runs")
        {
            Needs = ["Prepare"], After = ["PushImages", "Migrate", "VerifySchema", "StageVercel", "DeployK8s"], Kind = StepKind.Reversible, Skip = SkipGroup.Kubernetes,
        },
        new("DeployVercel", "Promotes the staged frontend to production")
        {
            Needs = ["Prepare"], After = ["StageVercel", "DeployK8s", "DeployAiServices", "Migrate"], Kind = StepKind.Reversible, Skip = SkipGroup.Frontend,
        },
        new("SmokeTest", "Probes what is live, over HTTP and SQL, side by side")
        {
            Needs = ["Prepare"], After = ["DeployVercel", "DeployK8s", "DeployAiServices", "Migrate"], Kind = StepKind.Probing, Skip = SkipGroup.Smoke,
        },
        new("Compensate", "After a failure: undoes what was done, last first, and verifies it")
        {
            After = ["SmokeTest"], Always = true, ChangesEnvironment = true,
        },
        new("Notify", "Tells Slack how it ended") { After = ["Compensate"], Always = true },
        new("Report", "Ends the journal, records what is live, writes report.json, .md and .html") { After = ["Notify"], Always = true },
    ]);
}
