using System.Collections.Immutable;
using Maily.Deploy.Git;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Images;

/// <summary>What git knows of the files of several contexts. It is asked once for all of them: each question is a process.</summary>
sealed class CommittedFiles
{
    readonly GitReader git;
    readonly Once<string, GitFiles?> asked = new(StringComparer.Ordinal);
    readonly ImmutableArray<string> contexts;
    readonly string common;

    /// <summary>For these contexts, full paths.</summary>
    public CommittedFiles(IEnumerable<string> contexts, TimeProvider time)
    {
        this.contexts = [.. contexts.Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal)];
        common = Common(this.contexts);
        git = new GitReader(new ProcessRunner(time));
    }

    /// <summary>The files below one of the contexts, relative to it with <c>/</c>; null where it is in no repository.</summary>
    public async Task<GitFiles?> FindAsync(string context, CancellationToken cancellation)
    {
        var folder = Path.TrimEndingDirectorySeparator(context);
        // A context may be a repository of its own within the others' one, or they have none in common: then it is asked alone.
        return (await asked.GetAsync(common, token => AskAsync(common, contexts, token), cancellation))?.Below(Path.GetRelativePath(common, folder)) is { Tracked.IsEmpty: false } found
            ? found : await asked.GetAsync(folder, token => AskAsync(folder, [folder], token), cancellation);
    }

    async Task<GitFiles?> AskAsync(string root, ImmutableArray<string> folders, CancellationToken cancellation)
    {
        var below = folders.Select(folder => Path.GetRelativePath(root, folder)).ToArray();
        var (changed, tracked) = (git.FindChangesAsync(root, cancellation, below), git.TrackedFilesAsync(root, cancellation, below));
        return await changed is { } changes && await tracked is { } known ? new(known, changes) : null;
    }

    static string Common(ImmutableArray<string> folders)
    {
        if (folders is not [var common, ..])
            return "";
        while (!folders.All(folder => folder == common || folder.StartsWith(Path.Join(common, "/"), StringComparison.Ordinal)) && Path.GetDirectoryName(common) is { } parent)
            common = parent;
        return common;
    }
}

/// <summary>Files of a folder, relative to it with <c>/</c>.</summary>
/// <param name="Tracked">Those that git tracks.</param>
/// <param name="Changed">Those that are not as HEAD has them, removed ones too.</param>
sealed record GitFiles(ImmutableArray<string> Tracked, ImmutableArray<string> Changed)
{
    /// <summary>Those below another folder within it, relative to that.</summary>
    public GitFiles Below(string folder)
    {
        if (folder == ".")
            return this;
        var prefix = $"{folder.Replace(Path.DirectorySeparatorChar, '/')}/";
        ImmutableArray<string> Of(ImmutableArray<string> files) => [.. files.Where(file => file.StartsWith(prefix, StringComparison.Ordinal)).Select(file => file[prefix.Length..])];
        return new(Of(Tracked), Of(Changed));
    }
}
