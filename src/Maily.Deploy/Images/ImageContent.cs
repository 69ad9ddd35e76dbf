using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Images;

/// <summary>What an image is made of, as a tag: equal content has an equal tag on every machine.</summary>
public static class ImageContent
{
    const int WholeFile = 1 << 20;

    /// <summary>
    /// The tag <c>c-</c> and the first 16 hexadecimal digits of the SHA-256 over these UTF-8 lines, each ended by a line feed:
    /// <c>maily-image-content/2</c>; <c>dockerfile "path"</c>; one <c>platform "os/arch"</c> for each that is declared, in ordinal order; one
    /// <c>base "name" "digest"</c> for each base image, by name; one <c>arg "NAME" "value"</c> for each build argument, by name; then for
    /// each file that the build sees, by path in ordinal order, <c>file 644|755 sha256 "path"</c> or <c>link "target" "path"</c>.
    /// Texts in quotes are JSON strings. Times, owners and empty folders do not count.
    /// </summary>
    public static async Task<string> HashAsync(ImageSpec image, BuildContext context, IReadOnlyDictionary<string, string> bases, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Line(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));

        Line("maily-image-content/2");
        Line($"dockerfile {Quote(image.Dockerfile)}");
        foreach (var platform in image.Platforms.Order(StringComparer.Ordinal))
            Line($"platform {Quote(platform)}");
        foreach (var (name, digest) in bases.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Line($"base {Quote(name)} {Quote(digest)}");
        foreach (var (name, value) in image.BuildArguments.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Line($"arg {Quote(name)} {Quote(value)}");
        foreach (var line in await DescribeAsync(context, cancellation))
            Line(line);
        return "c-" + Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    static async Task<string[]> DescribeAsync(BuildContext context, CancellationToken cancellation)
    {
        var lines = new string[context.Entries.Length];
        await Parallel.ForAsync(0, lines.Length, cancellation, async (at, token) => lines[at] = await DescribeAsync(context.Entries[at], token));
        return lines;
    }

    static async ValueTask<string> DescribeAsync(ContextEntry entry, CancellationToken cancellation) => entry.Link is { } target
        ? $"link {Quote(target)} {Quote(entry.Path)}"
        : $"file {(entry.Executable ? "755" : "644")} {Convert.ToHexStringLower(await DigestAsync(entry, cancellation))} {Quote(entry.Path)}";

    // Thousands of small files are read in one go each; a large one is never in memory as a whole.
    static ValueTask<byte[]> DigestAsync(ContextEntry entry, CancellationToken cancellation) => entry.Length <= WholeFile
        ? new ValueTask<byte[]>(Whole(entry))
        : StreamAsync(entry, cancellation);

    static byte[] Whole(ContextEntry entry) => SHA256.HashData(File.ReadAllBytes(entry.File));

    static async ValueTask<byte[]> StreamAsync(ContextEntry entry, CancellationToken cancellation)
    {
        await using var content = new FileStream(entry.File, FileMode.Open, FileAccess.Read, FileShare.Read, WholeFile, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await SHA256.HashDataAsync(content, cancellation);
    }

    static string Quote(string text) => JsonSerializer.Serialize(text);
}
