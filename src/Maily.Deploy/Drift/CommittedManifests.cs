using System.Formats.Tar;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Drift;

/// <summary>
/// Renders a release's manifests again, from its commit and with its images, and believes the result only where its hash is the
/// recorded one.
/// </summary>
/// <param name="root">The repository.</param>
/// <param name="folder">The folder in it that holds all that overlays refer to, relative: <c>src/Platform/kubernetes</c>.</param>
/// <param name="processes">Runs git and kubectl.</param>
public sealed class CommittedManifests(string root, string folder, ProcessRunner processes) : IReleasedManifests
{
    /// <inheritdoc/>
    public async Task<ReleaseManifests?> FindAsync(RegionSpec region, ReleaseRecord release, CancellationToken cancellation)
    {
        if (!release.Manifests.TryGetValue(region.Name, out var recorded))
            return null;
        var temporary = Directory.CreateTempSubdirectory("maily-release-");
        try
        {
            await ExtractAsync(release, region, temporary.FullName, cancellation);
            var overlay = Path.Combine(temporary.FullName, Path.GetRelativePath(root, region.Overlay));
            var rendered = await new ManifestRenderer(processes).RenderAsync(region with { Overlay = overlay }, cancellation);
            var manifests = ReleaseManifests.Of(rendered, release.Images);
            return manifests.Hash == recorded ? manifests : throw new ReleaseUnknownException(release, region,
                $"commit {release.Commit[..7]} renders to {manifests.Hash[..12]} with the recorded images, and {recorded[..12]} was applied",
                "Use the kubectl that deployed it; or deploy again, which records what is applied.");
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    async Task ExtractAsync(ReleaseRecord release, RegionSpec region, string target, CancellationToken cancellation)
    {
        var archive = Path.Combine(target, "commit.tar");
        try
        {
            await processes.RunAsync(CommandLine.Of("git", "archive", "--format=tar", $"--output={archive}", release.Commit, "--", folder) with { WorkingDirectory = root }, null, cancellation);
        }
        catch (CommandFailedException)
        {
            throw new ReleaseUnknownException(release, region, $"its commit {release.Commit[..7]} is not in this clone", $"Fetch it: `git fetch origin {release.Commit}`.");
        }

        await TarFile.ExtractToDirectoryAsync(archive, target, overwriteFiles: true, cancellation);
    }
}
