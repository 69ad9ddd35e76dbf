using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Images;

/// <summary>What an image is made of, as a tag: equal content has an equal tag on every machine.</summary>
public static class ImageContent
{
    /// <summary>
    /// The tag <c>c-</c> and the first 16 hexadecimal digits of the SHA-256 over these UTF-8 lines, each ended by a line feed:
    /// <c>maily-image-content/1</c>; <c>dockerfile "path"</c>; one <c>arg "NAME" "value"</c> for each build argument, by name; then for
    /// each file that the build sees, by path in ordinal order, <c>file 644|755 sha256 "path"</c> or <c>link "target" "path"</c>.
    /// Texts in quotes are JSON strings. Times, owners and empty folders do not count.
    /// </summary>
    public static async Task<string> HashAsync(ImageSpec image, BuildContext context, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Line(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));

        Line("maily-image-content/1");
        Line($"dockerfile {Quote(image.Dockerfile)}");
        foreach (var (name, value) in image.BuildArguments.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Line($"arg {Quote(name)} {Quote(value)}");
        foreach (var entry in context.Entries)
            Line(await DescribeAsync(entry, cancellation));
        return "c-" + Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    static async Task<string> DescribeAsync(ContextEntry entry, CancellationToken cancellation)
    {
        if (entry.Link is { } target)
            return $"link {Quote(target)} {Quote(entry.Path)}";
        await using var content = File.OpenRead(entry.File);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        return $"file {(entry.Executable ? "755" : "644")} {digest} {Quote(entry.Path)}";
    }

    static string Quote(string text) => JsonSerializer.Serialize(text);
}
