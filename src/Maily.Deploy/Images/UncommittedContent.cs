using System.Collections.Immutable;

namespace Maily.Deploy.Images;

/// <summary>What a build would see that no commit has.</summary>
public static class UncommittedContent
{
    /// <summary>
    /// The paths, within the context and in ordinal order, of files that were changed, added, removed or never tracked (also those that git
    /// ignores) and that the build would see; null where the context is in no repository.
    /// </summary>
    internal static async Task<ImmutableArray<string>?> FindAsync(ImageSpec image, BuildContext context, CommittedFiles files, CancellationToken cancellation)
    {
        if (await files.FindAsync(image.Context, cancellation) is not (var known, var changes))
            return null;
        var committed = known.ToHashSet(StringComparer.Ordinal);
        var seen = context.Entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        return
        [
            // git's own folder is named as one: it should not be seen by a build at all.
            .. seen.Where(path => !committed.Contains(path)).Select(path => path.StartsWith(".git/", StringComparison.Ordinal) ? ".git" : path)
                .Concat(changes.Where(path => seen.Contains(path) || context.Sees(path)))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The first few names, and how many more there are.</summary>
    public static string Names(ImmutableArray<string> files, int shown = 5) =>
        string.Join(", ", files.Take(shown)) + (files.Length > shown ? $" and {files.Length - shown} more" : "");
}

/// <summary>An image would hold what no commit has.</summary>
public sealed class UncommittedContentException(ImageSpec image, ImmutableArray<string> files)
    : DeployException($"The image {image.Name} would hold what no commit has: {UncommittedContent.Names(files)}.",
        $"Commit or remove it, add it to {Path.Combine(image.Context, BuildContext.IgnoreFileOf(image))}, or give --allow-dirty: the release then says so.")
{
    /// <summary>The files' paths within the context.</summary>
    public ImmutableArray<string> Files { get; } = files;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
