using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.GitOps;

/// <summary>The messages of commits; their trailers say to which deployment a commit belongs.</summary>
static class CommitMessage
{
    /// <summary>Names the deployment that made a commit.</summary>
    public const string DeploymentTrailer = "Maily-Deployment";

    /// <summary>Names the deployment that a commit takes back.</summary>
    public const string UndoneTrailer = "Maily-Undoes";

    /// <summary>Names the region.</summary>
    public const string RegionTrailer = "Maily-Region";

    /// <summary>Who commits where git knows no user.</summary>
    public const string Name = "Maily Deploy";

    /// <summary>Its address, which leads nowhere.</summary>
    public const string Address = "maily-deploy@noreply.invalid";

    /// <summary>Of a release.</summary>
    public static string OfRelease(DeploymentContext context, string region, ReleaseManifests manifests) => $"""
        Deploy {context.Commit[..7]} to {region}

        {manifests.Objects.Length} objects of {context.Environment}, by {Operator.Name}.
        {string.Join('\n', manifests.Images)}

        {DeploymentTrailer}: {context.Id}
        {RegionTrailer}: {region}

        """.ReplaceLineEndings("\n");

    /// <summary>Of taking one back.</summary>
    public static string OfUndoing(DeploymentContext context, string region) => $"""
        Take {context.Id} back from {region}

        The folder is what it was before, by {Operator.Name}.

        {UndoneTrailer}: {context.Id}
        {RegionTrailer}: {region}

        """.ReplaceLineEndings("\n");
}
