using System.Formats.Tar;
using System.Text;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>What an engine builds an image from: a tar archive.</summary>
static class BuildContext
{
    const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>A Dockerfile and one file, which may be executed.</summary>
    public static MemoryStream Of(string dockerfile, string name, byte[] content)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(Entry("Dockerfile", Encoding.UTF8.GetBytes(dockerfile)));
            writer.WriteEntry(Entry(name, content));
        }

        archive.Position = 0;
        return archive;
    }

    static PaxTarEntry Entry(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = Program };
}
