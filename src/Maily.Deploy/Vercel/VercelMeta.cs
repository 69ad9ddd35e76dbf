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

    /// <summary>A digest over the project's variables when it was asked for: Vercel binds them at build time.</summary>
    public const string Variables = "mailyVariables";

    const string Environment = "mailyEnvironment";

    // githubCommitSha is what Vercel's own dashboard shows.
    public static ImmutableSortedDictionary<string, string> Of(DeploymentContext context, ImmutableArray<VercelFile> files, string? variables) =>
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
            .Add(Deployment, context.Id.Value)
            .Add(Commit, context.Commit)
            .Add(Files, Digest(files))
            .Add(Environment, context.Environment)
            .Add("githubCommitSha", context.Commit)
            .AddRange(variables is null ? [] : [KeyValuePair.Create(Variables, variables)]);

    public static bool IsOf(this VercelDeployment deployment, DeploymentId id) =>
        string.Equals(deployment.Meta.GetValueOrDefault(Deployment), id.Value, StringComparison.Ordinal);

    public static bool IsOfCommit(this VercelDeployment deployment, string commit) =>
        string.Equals(deployment.Meta.GetValueOrDefault(Commit), commit, StringComparison.Ordinal);

    /// <summary>Whether it was built from these files and variables. The commit does not count: it may differ in other parts only.</summary>
    public static bool IsMadeFrom(this VercelDeployment deployment, ImmutableArray<VercelFile> files, string variables, string environment) =>
        deployment.Meta.GetValueOrDefault(Files) == Digest(files)
        && deployment.Meta.GetValueOrDefault(Variables) == variables
        && deployment.Meta.GetValueOrDefault(Environment) == environment;

    /// <summary>SHA-256 over modes, contents and paths.</summary>
    public static string Digest(ImmutableArray<VercelFile> files) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Mode} {file.Sha} {file.Path}\n")))));
}
