using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Vercel;

/// <summary>What is noted on each deployment; its keys.</summary>
static class VercelMeta
{
    /// <summary>The <see cref="DeploymentId"/>.</summary>
    public const string Deployment = "mailyDeployment";

    /// <summary>The full commit id.</summary>
    public const string Commit = "mailyCommit";

    /// <summary>SHA-256 over all files.</summary>
    public const string Files = "mailyFiles";

    // githubCommitSha is what Vercel's own dashboard shows.
    public static ImmutableSortedDictionary<string, string> Of(DeploymentContext context, ImmutableArray<VercelFile> files) =>
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
            .Add(Deployment, context.Id.Value)
            .Add(Commit, context.Commit)
            .Add(Files, Digest(files))
            .Add("mailyEnvironment", context.Environment)
            .Add("githubCommitSha", context.Commit);

    public static bool IsOf(this VercelDeployment deployment, DeploymentId id) =>
        string.Equals(deployment.Meta.GetValueOrDefault(Deployment), id.Value, StringComparison.Ordinal);

    public static bool IsOfCommit(this VercelDeployment deployment, string commit) =>
        string.Equals(deployment.Meta.GetValueOrDefault(Commit), commit, StringComparison.Ordinal);

    static string Digest(ImmutableArray<VercelFile> files) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Mode} {file.Sha} {file.Path}\n")))));
}
