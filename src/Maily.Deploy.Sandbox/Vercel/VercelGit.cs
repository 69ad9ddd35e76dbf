using System.Collections.Immutable;
using System.Formats.Tar;
using CliWrap;
using CliWrap.Exceptions;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Takes the files of a commit from the local repository that stands for the linked one.</summary>
static class VercelGit
{
    /// <summary>The files with their SHA-1, stored; <see langword="null"/> where the repository has no such commit.</summary>
    public static async Task<ImmutableSortedDictionary<string, string>?> FilesAsync(
        VercelState state, string repository, string commit, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        try
        {
            await Cli.Wrap("git").WithArguments(["-C", repository, "archive", "--format=tar", commit])
                .WithStandardOutputPipe(PipeTarget.ToStream(archive))
                .ExecuteAsync(cancellationToken);
        }
        catch (CommandExecutionException)
        {
            return null;
        }

        archive.Position = 0;
        return await ReadAsync(state, archive, cancellationToken);
    }

    static async Task<ImmutableSortedDictionary<string, string>> ReadAsync(VercelState state, Stream archive, CancellationToken cancellationToken)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: true, cancellationToken) is { } entry)
        {
            if (entry.DataStream is null || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                continue;
            using var content = new MemoryStream();
            await entry.DataStream.CopyToAsync(content, cancellationToken);
            var sha = VercelFileApi.Hash(content.ToArray());
            state.Store(sha, content.ToArray());
            files[entry.Name] = sha;
        }

        return files.ToImmutable();
    }
}
