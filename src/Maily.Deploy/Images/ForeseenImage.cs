using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images;

/// <summary>
/// Stands for an image that is not built yet, wherever a reference by digest is asked for: no registry has it, and it tells the image's content.
/// </summary>
static partial class ForeseenImage
{
    // No real digest begins so in the lifetime of a registry.
    const string Mark = "0000000000000000";

    /// <summary>The reference that stands for the image with that content.</summary>
    /// <param name="name">The image's full name.</param>
    /// <param name="contentTag">Its content tag.</param>
    public static string Of(string name, string contentTag) =>
        $"{name}@sha256:{Mark}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(contentTag)))[Mark.Length..]}";

    /// <summary>The text, for people.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Explain(string? text) => text is null ? null : Form().Replace(text, " (not built yet)");

    [GeneratedRegex($"@sha256:{Mark}[0-9a-f]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
