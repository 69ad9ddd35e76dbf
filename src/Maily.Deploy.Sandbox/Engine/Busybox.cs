using System.Formats.Tar;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>A static busybox, and the root file system of an image that is made of nothing else.</summary>
/// <param name="Program">The executable.</param>
/// <param name="Applets">The names that it answers to.</param>
public sealed record Busybox(byte[] Program, IReadOnlyList<string> Applets)
{
    const int AppUser = 10001;
    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Traversable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

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
