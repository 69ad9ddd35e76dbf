using System.Collections.Immutable;
using Maily.Deploy.Vercel;

namespace Maily.Deploy.Validation;

/// <summary>Whether Vercel lets the deployment do its work, and nobody else does it behind its back.</summary>
public static class VercelChecks
{
    static readonly ImmutableArray<string> Frontend = ["StageVercel", "DeployVercel"];

    /// <summary>The checks.</summary>
    /// <param name="settings">The project and the token.</param>
    /// <param name="reader">Reads from Vercel.</param>
    /// <param name="recordedProject">The project's id as recorded for the environment; null where none is.</param>
    public static ImmutableArray<Check> For(VercelSettings settings, VercelReader reader, string? recordedProject) =>
    [
        Of("token", async cancellation => CheckResult.Pass($"accepted, of {(await reader.GetUserAsync(cancellation)).Username ?? "an unnamed user"}")),
        Of("project", async cancellation => Project(settings, await reader.GetProjectAsync(cancellation))),
        Of("identity", _ => Task.FromResult(Identity(settings, recordedProject))),
        Of("Git integration", async cancellation => GitIntegration(await reader.GetProjectAsync(cancellation))),
        Of("rolling release", async cancellation => Rolling(await reader.IsRollingAsync(cancellation))),
        Of("promotion", async cancellation => Promotion(await reader.GetProjectAsync(cancellation))),
    ];

    static Check Of(string name, Func<CancellationToken, Task<CheckResult>> run) => new("Vercel", name, run) { Stages = Frontend };

    static CheckResult Project(VercelSettings settings, VercelProject project) => project switch
    {
        _ when project.Id != settings.ProjectId =>
            CheckResult.Fail("Vercel answered with another project than VERCEL_PROJECT_ID", "Set VERCEL_PROJECT_ID to the project's id (prj_...), not to its name."),
        { AccountId: { } owner } when owner != settings.OrgId =>
            CheckResult.Fail($"{project.Name} belongs to another owner than VERCEL_ORG_ID", "Set VERCEL_ORG_ID to the team or user that owns the project."),
        _ => CheckResult.Pass(project.Name),
    };

    static CheckResult Identity(VercelSettings settings, string? recorded) => recorded switch
    {
        null => CheckResult.Skip("no project is recorded for this environment"),
        _ when recorded == settings.ProjectId => CheckResult.Pass("the project recorded for this environment"),
        _ => CheckResult.Fail("VERCEL_PROJECT_ID is not the project recorded for this environment", "These may be another environment's secrets: use this environment's own."),
    };

    // A push that goes live by itself would bypass the lease, the order and the way back.
    static CheckResult GitIntegration(VercelProject project) => project switch
    {
        { Link.ProductionBranch: null } or { Link: null } => CheckResult.Pass("none"),
        { GitProviderOptions.CreateDeployments: "disabled" } => CheckResult.Pass("makes no deployments"),
        { AutoAssignCustomDomains: false } => CheckResult.Warn(
            $"pushes to {project.Link.ProductionBranch} are built for production, though no domain is assigned to them",
            "Switch deployments of the Git integration off (vercel.json: git.deploymentEnabled false)."),
        _ => CheckResult.Fail(
            $"pushes to {project.Link.ProductionBranch} go live by themselves",
            "On Vercel, disconnect the repository or switch 'Auto-assign Custom Production Domains' off."),
    };

    static CheckResult Rolling(bool isRolling) => isRolling
        ? CheckResult.Fail("one is under way", "Complete or abort it on Vercel: a promotion would only be queued behind it.")
        : CheckResult.Pass("none is under way");

    static CheckResult Promotion(VercelProject project) => project.LastAliasRequest is { IsRunning: true } running
        ? CheckResult.Fail($"a {running.Type} to {running.ToDeploymentId} is under way", "Wait until it has ended.")
        : CheckResult.Pass("none is under way");
}
