using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;

namespace Maily.Deploy.Images;

/// <summary>One file or link that the build sees.</summary>
/// <param name="Path">Relative to the context, with <c>/</c>.</param>
/// <param name="File">The full path.</param>
/// <param name="Link">Where a symbolic link points; null for a file.</param>
/// <param name="Executable">Whether its owner may execute it.</param>
/// <param name="Length">Its size in bytes; 0 for a link.</param>
public sealed record ContextEntry(string Path, string File, string? Link, bool Executable, long Length = 0);

/// <summary>The files that a build sees, in the order of their paths, and the same archive from them on every machine.</summary>
public sealed class BuildContext
{
    const string IgnoreFile = ".dockerignore";
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Large enough that a file of gigabytes is not read in tens of thousands of pieces, each of which waits for a thread.
    const int Piece = 1 << 20;

    // Times and owners of a checkout say nothing of its content.
    static readonly DateTimeOffset Timestamp = DateTimeOffset.UnixEpoch;

    readonly DockerIgnore ignore;
    readonly string ignoreFile;

    BuildContext(ImmutableArray<ContextEntry> entries, DockerIgnore ignore, string ignoreFile) => (Entries, this.ignore, this.ignoreFile) = (entries, ignore, ignoreFile);

    /// <summary>Files and links; folders without any are left out.</summary>
    public ImmutableArray<ContextEntry> Entries { get; }

    /// <summary>The size of all files in bytes.</summary>
    public long Length => Entries.Sum(entry => entry.Length);

    /// <summary>Whether the build would see a file of that path, if there were one.</summary>
    public bool Sees(string path) => path == ignoreFile || !ignore.Ignores(path);

    /// <summary>Lists what the image's build sees; reads none of these files. The Dockerfile and the file of rules are always in it.</summary>
    /// <exception cref="DockerfileMissingException">There is no such Dockerfile.</exception>
    public static BuildContext Of(ImageSpec image)
    {
        if (!File.Exists(Path.Combine(image.Context, image.Dockerfile)))
            throw new DockerfileMissingException(image);
        var ignoreFile = IgnoreFileOf(image);
        var rules = Path.Combine(image.Context, ignoreFile);
        var ignore = DockerIgnore.Parse(File.Exists(rules) ? File.ReadLines(rules) : []);
        var entries = List(new DirectoryInfo(image.Context), "", ignore, [image.Dockerfile.Replace('\\', '/'), ignoreFile]);
        return new BuildContext([.. entries.OrderBy(entry => entry.Path, StringComparer.Ordinal)], ignore, ignoreFile);
    }

    /// <summary>
    /// The file that says what the image's build does not see, relative to its context: the Dockerfile's own (<c>Dockerfile.dockerignore</c>)
    /// where there is one, as BuildKit has it, else <c>.dockerignore</c>, there or not.
    /// </summary>
    internal static string IgnoreFileOf(ImageSpec image)
    {
        var own = image.Dockerfile.Replace('\\', '/') + IgnoreFile;
        return File.Exists(Path.Combine(image.Context, own)) ? own : IgnoreFile;
    }

    /// <summary>Refuses files that are larger than the image's declaration allows.</summary>
    /// <exception cref="LargeFileException">There are some.</exception>
    public BuildContext Within(ImageSpec image) =>
        Entries.Where(entry => entry.Length > image.LargestFile).ToImmutableArray() is { IsEmpty: false } large ? throw new LargeFileException(image, large) : this;

    /// <summary>Writes the files as a tar archive, one after another, never a whole one in memory.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="replaced">Other texts for some files, by path: the Dockerfile with its bases by digest.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task WriteTarAsync(Stream destination, IReadOnlyDictionary<string, string> replaced, CancellationToken cancellation)
    {
        await using var tar = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in Entries)
        {
            foreach (var folder in FoldersOf(entry.Path).Where(folders.Add))
                await tar.WriteEntryAsync(Stamp(new PaxTarEntry(TarEntryType.Directory, folder + "/"), Executable), cancellation);
            await WriteAsync(tar, entry, replaced.GetValueOrDefault(entry.Path), cancellation);
        }
    }

    static async Task WriteAsync(TarWriter tar, ContextEntry entry, string? text, CancellationToken cancellation)
    {
        if (text is null && entry.Link is { } target)
        {
            await tar.WriteEntryAsync(Stamp(new PaxTarEntry(TarEntryType.SymbolicLink, entry.Path) { LinkName = target }, Executable), cancellation);
            return;
        }

        await using Stream content = text is not null ? new MemoryStream(Encoding.UTF8.GetBytes(text))
            : new FileStream(entry.File, FileMode.Open, FileAccess.Read, FileShare.Read, Piece, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var file = Stamp(new PaxTarEntry(TarEntryType.RegularFile, entry.Path), entry.Executable ? Executable : Plain);
        file.DataStream = content;
        await tar.WriteEntryAsync(file, cancellation);
    }

    static PaxTarEntry Stamp(PaxTarEntry entry, UnixFileMode mode)
    {
        entry.ModificationTime = Timestamp;
        entry.Mode = mode;
        return entry;
    }

    static IEnumerable<string> FoldersOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    static IEnumerable<ContextEntry> List(DirectoryInfo folder, string prefix, DockerIgnore ignore, string[] always)
    {
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + item.Name;
            var ignored = !always.Contains(path) && ignore.Ignores(path);
            if (item is DirectoryInfo { LinkTarget: null } inner)
            {
                if (!ignored || ignore.HasExceptions || always.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)))
                    foreach (var entry in List(inner, path + "/", ignore, always))
                        yield return entry;
            }
            else if (!ignored)
            {
                yield return new ContextEntry(path, item.FullName, item.LinkTarget, IsExecutable(item), item is FileInfo { LinkTarget: null } file ? file.Length : 0);
            }
        }
    }

    static bool IsExecutable(FileSystemInfo item) =>
        !OperatingSystem.IsWindows() && item.LinkTarget is null && item.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
}

/// <summary>An image is declared with a Dockerfile that does not exist.</summary>
public sealed class DockerfileMissingException(ImageSpec image)
    : DeployException($"The image {image.Name} has no Dockerfile at {Path.Combine(image.Context, image.Dockerfile)}.", "Correct the image's Context or Dockerfile where it is declared.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A build would see files that are larger than its image may hold.</summary>
public sealed class LargeFileException(ImageSpec image, ImmutableArray<ContextEntry> files)
    : DeployException($"The build of {image.Name} would see {string.Join(", ", files.Select(file => $"{file.Path} ({Bytes.Text(file.Length)})"))}, more than the {Bytes.Text(image.LargestFile)} that a file of it may have.",
        $"Leave it out by adding {string.Join(" and ", files.Select(file => $"`{file.Path}`"))} to {Path.Combine(image.Context, BuildContext.IgnoreFileOf(image))}, or raise the image's LargestFile where it is declared.")
{
    /// <summary>Their paths within the context.</summary>
    public ImmutableArray<string> Files { get; } = [.. files.Select(file => file.Path)];

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
