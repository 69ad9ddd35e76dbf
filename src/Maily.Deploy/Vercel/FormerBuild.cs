using System.Collections.Immutable;

namespace Maily.Deploy.Vercel;

/// <summary>Finds what was built from the same content already, so that it is not built again.</summary>
sealed class FormerBuild(VercelFrontend frontend)
{
    /// <summary>
    /// The deployment that serves production where it was made from these files and the variables of now; else a staged one
    /// that was. Null where there is none, or where it cannot be told because variables cannot be seen.
    /// </summary>
    public async Task<VercelDeployment?> FindAsync(ImmutableArray<VercelFile> files, string environment, CancellationToken cancellation)
    {
        var reader = frontend.Reader();
        if (await reader.FindVariablesDigestAsync(cancellation) is not { } variables)
            return null;
        bool IsEqual(VercelDeployment built) => built is { IsReady: true, Target: "production" } && built.IsMadeFrom(files, variables, environment);
        if ((await reader.GetProjectAsync(cancellation)).Production is { } id && await reader.FindDeploymentAsync(id, cancellation) is { } live && IsEqual(live))
            return live;
        return (await reader.ListAsync(built => built.IsStaged && IsEqual(built), cancellation)).FirstOrDefault();
    }
}
