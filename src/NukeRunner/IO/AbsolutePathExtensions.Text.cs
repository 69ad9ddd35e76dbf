using System.Text;

namespace Nuke.Common.IO;

/// <summary>Reading and writing of files.</summary>
public static partial class AbsolutePathExtensions
{
    /// <summary>UTF-8 without a byte order mark.</summary>
    public static readonly Encoding DefaultEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The whole text.</summary>
    public static string ReadAllText(this AbsolutePath path, Encoding? encoding = null)
        => File.ReadAllText(path, encoding ?? DefaultEncoding);

    /// <summary>All lines.</summary>
    public static string[] ReadAllLines(this AbsolutePath path, Encoding? encoding = null)
        => File.ReadAllLines(path, encoding ?? DefaultEncoding);

    /// <summary>The whole content.</summary>
    public static byte[] ReadAllBytes(this AbsolutePath path) => File.ReadAllBytes(path);

    /// <summary>Replaces the content; makes the folder; ends with a line break unless told otherwise.</summary>
    public static AbsolutePath WriteAllText(
        this AbsolutePath path, string content, Encoding? encoding = null, bool? eofLineBreak = null)
    {
        path.Parent?.CreateDirectory();
        var ended = eofLineBreak ?? true ? content.TrimEnd('\r', '\n') + "\n" : content;
        File.WriteAllText(path, ended, encoding ?? DefaultEncoding);
        return path;
    }

    /// <summary>Replaces the content by lines, each ended by <c>\n</c>.</summary>
    public static AbsolutePath WriteAllLines(this AbsolutePath path, IEnumerable<string> lines, Encoding? encoding = null)
        => path.WriteAllText(string.Join('\n', lines), encoding);

    /// <summary>Replaces the content.</summary>
    public static AbsolutePath WriteAllBytes(this AbsolutePath path, byte[] bytes)
    {
        path.Parent?.CreateDirectory();
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Appends to the file.</summary>
    public static AbsolutePath AppendAllText(this AbsolutePath path, string content, Encoding? encoding = null)
    {
        path.Parent?.CreateDirectory();
        File.AppendAllText(path, content, encoding ?? DefaultEncoding);
        return path;
    }

    /// <summary>Appends lines to the file.</summary>
    public static AbsolutePath AppendAllLines(this AbsolutePath path, IEnumerable<string> lines, Encoding? encoding = null)
        => path.AppendAllText(string.Concat(lines.Select(x => x + "\n")), encoding);

    /// <summary>Replaces the text by what <paramref name="update"/> makes of it.</summary>
    public static AbsolutePath UpdateText(this AbsolutePath path, Func<string, string> update, Encoding? encoding = null)
        => path.WriteAllText(update(path.ReadAllText(encoding)), encoding, eofLineBreak: false);
}
