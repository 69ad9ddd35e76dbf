using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Git;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Images;

/// <summary>
/// Where an image's files come from: the last commit that changed its context. Whichever later commit builds equal files, on whichever
/// machine, the image says the same of itself; the commit that was deployed stands in the release record.
/// </summary>
/// <param name="Revision">The full commit id.</param>
/// <param name="Created">When that commit was made.</param>
/// <param name="Source">The repository's address without a login; null without a remote.</param>
public sealed record ImageOrigin(string Revision, DateTimeOffset Created, string? Source)
{
    /// <summary>Asks git; outside of a repository it is the deployment's own commit and time.</summary>
    public static async Task<ImageOrigin> ReadAsync(DeploymentContext context, ImageSpec image, CancellationToken cancellation)
    {
        var git = new GitReader(new ProcessRunner(context.Time));
        return await git.FindLastCommitAsync(image.Context, cancellation) is { } last
            ? new ImageOrigin(last.Commit, last.At, WebAddress(await git.FindRemoteAsync(image.Context, cancellation)))
            : new ImageOrigin(context.Commit, context.Time.GetUtcNow(), null);
    }

    /// <summary>The labels that OCI defines, by name.</summary>
    public ImmutableSortedDictionary<string, string> Labels =>
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
            .Add("org.opencontainers.image.revision", Revision)
            .Add("org.opencontainers.image.created", Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .AddRange(Source is null ? [] : [KeyValuePair.Create("org.opencontainers.image.source", Source)]);

    // git@host:owner/name.git and ssh://git@host/owner/name.git are https://host/owner/name to everybody else.
    static string? WebAddress(string? remote)
    {
        if (remote is null)
            return null;
        var address = remote.StartsWith("ssh://", StringComparison.Ordinal) ? "https://" + remote["ssh://".Length..].Split('@')[^1]
            : !remote.Contains("://", StringComparison.Ordinal) && remote.IndexOf('@') is > 0 and var at && remote.IndexOf(':') > at ? "https://" + remote[(at + 1)..].Replace(':', '/')
            : remote;
        return address.EndsWith(".git", StringComparison.Ordinal) && address.StartsWith("https://", StringComparison.Ordinal) ? address[..^4] : address;
    }
}
