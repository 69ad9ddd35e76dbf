namespace Maily.Deploy.GitOps;

/// <summary>Tells whether commits hold a wanted tree in a folder; those of others beside it do.</summary>
sealed class FolderRevisions(ManifestsClone clone, string path, string? tree)
{
    /// <summary>Whether that commit does. One that is not known here is fetched with its branch first.</summary>
    public async Task<bool> IsWantedAsync(string commit, CancellationToken cancellation)
    {
        // The empty tree of no folder at all is what a commit that is not known looks like, too.
        if (!await clone.HasAsync(commit, cancellation))
            await clone.UpdateAsync(cancellation);
        return await clone.HasAsync(commit, cancellation) && await clone.FindTreeAsync(commit, path, cancellation) == tree;
    }
}
