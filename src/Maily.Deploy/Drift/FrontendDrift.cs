using Maily.Deploy.Vercel;

namespace Maily.Deploy.Drift;

/// <summary>Compares the deployment that serves production, and whether domains follow new ones by themselves, with the release's.</summary>
/// <param name="reader">Reads the project.</param>
public sealed class FrontendDrift(VercelReader reader) : IDriftComparison
{
    /// <inheritdoc/>
    public async Task<DriftPart> CompareAsync(string name, ReleasedState release, CancellationToken cancellation)
    {
        if (release.Live.VercelDeployment is not { } wanted)
            return new(name, DriftState.NotCompared, "the release has no frontend");
        var project = await reader.GetProjectAsync(cancellation);
        return DriftPart.Compared(name, $"{wanted} serves production by the release", FindingsOf(project, wanted, release.Live.AutoAssignsDomains));
    }

    static IEnumerable<DriftFinding> FindingsOf(VercelProject project, string wanted, bool? assigns)
    {
        if (project.Production != wanted)
            yield return new("production deployment", DriftKind.Changed, SentenceOf(project.LastAliasRequest)) { Fields = [new("targets.production.id", wanted, project.Production, null)] };
        if (assigns is { } released && project.AutoAssignCustomDomains is { } found && released != found)
            yield return new("automatic assignment of domains", DriftKind.Changed, found ? null : "a rollback on Vercel switches it off: new deployments get no domain until somebody promotes one")
            {
                Fields = [new("autoAssignCustomDomains", Word(released), Word(found), null)],
            };
    }

    static string? SentenceOf(VercelAliasRequest? request) => request is null ? null
        : $"the last request is a {request.Type} to {request.ToDeploymentId} of {DateTimeOffset.FromUnixTimeMilliseconds(request.RequestedAt):u}, {request.JobStatus}";

    static string Word(bool value) => value ? "true" : "false";
}
