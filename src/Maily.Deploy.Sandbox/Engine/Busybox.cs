using System.Formats.Tar;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>A static busybox, and the root file system of an image that is made of nothing else.</summary>
/// <param name="Program">The executable.</param>
/// <param name="Applets">The names that it answers to.</param>
public sealed record Busybox(byte[] Program, IReadOnlyList<string> Applets)
{
    /// <summary>What dpkg says of the package that it is from; null where that is unknown. A scan finds it in the image.</summary>
    public string? Package { get; init; }

    /// <summary>The release files of the distribution that it is from, by path in the image.</summary>
    public IReadOnlyDictionary<string, string> Release { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    static readonly string[] ReleaseFiles = ["etc/os-release", "etc/debian_version"];

    const int AppUser = 10001;
    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Traversable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Reads this machine's.</summary>
    public static async Task<Busybox> ReadAsync(ToolLocator tools, ProcessRunner runner, CancellationToken cancellation)
    {
        var path = tools.Require(Tool.Busybox);
        var applets = await runner.RunAsync(CommandLine.Of(path, "--list"), onLine: null, cancellation);
        return new(await File.ReadAllBytesAsync(path, cancellation), applets.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Package = await PackageOfAsync(path, runner, cancellation),
            Release = ReleaseFiles.Where(file => File.Exists($"/{file}")).ToDictionary(file => file, file => File.ReadAllText($"/{file}"), StringComparer.Ordinal),
        };
    }

    // As distroless images have it: dpkg's own words in status.d, for scanners. The pattern: /bin may be /usr/bin. A busybox that no package brought has none.
    static async Task<string?> PackageOfAsync(string path, ProcessRunner runner, CancellationToken cancellation)
    {
        try
        {
            var owner = (await runner.RunAsync(CommandLine.Of("dpkg-query", "--search", $"*/bin/{Path.GetFileName(path)}"), onLine: null, cancellation)).Split(':', ',')[0];
            return await runner.RunAsync(CommandLine.Of("dpkg-query", "--status", owner), onLine: null, cancellation);
        }
        catch (Exception unknown) when (unknown is CommandFailedException or CommandMissingException)
        {
            return null;
        }
    }

    /// <summary>The file system as a tar archive; two sandboxes make the same bytes.</summary>
    public byte[] ToRootFileSystem()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var entry in Entries())
                writer.WriteEntry(entry);
        }

        return archive.ToArray();
    }

    IEnumerable<TarEntry> Entries() =>
    [
        Folder("bin", Traversable), Folder("etc", Traversable), Folder("home", Traversable), Folder("home/app", Traversable, AppUser),
        Folder("tmp", Traversable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit),
        Text("etc/passwd", $"root:x:0:0:root:/:/bin/sh\napp:x:{AppUser}:{AppUser}:app:/home/app:/bin/sh\n"),
        Text("etc/group", $"root:x:0:\napp:x:{AppUser}:\n"),
        Stamped(new(TarEntryType.RegularFile, "bin/busybox") { DataStream = new MemoryStream(Program) }, Traversable),
        .. Release.Select(file => Text(file.Key, file.Value)),
        .. Package is null ? [] : new[] { Folder("var", Traversable), Folder("var/lib", Traversable), Folder("var/lib/dpkg", Traversable), Folder("var/lib/dpkg/status.d", Traversable), Text("var/lib/dpkg/status.d/busybox-static", Package) },
        .. Applets.Where(applet => applet != "busybox").Select(Link),
    ];

    static PaxTarEntry Folder(string path, UnixFileMode mode, int owner = 0) =>
        Stamped(new(TarEntryType.Directory, path) { Uid = owner, Gid = owner }, mode);

    static PaxTarEntry Text(string path, string text) =>
        Stamped(new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) }, Readable);

    static PaxTarEntry Link(string applet) =>
        Stamped(new(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" }, Traversable);

    static PaxTarEntry Stamped(PaxTarEntry entry, UnixFileMode mode)
    {
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        entry.Mode = mode;
        return entry;
    }
}
