using System.Text.Json.Serialization;

namespace Maily.Deploy.Vercel;

/// <summary>A file of a deployment.</summary>
/// <param name="Path">Relative to the folder, with <c>/</c>.</param>
/// <param name="Sha">SHA-1 of its content in lower-case hexadecimal digits, which is how Vercel names contents.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Mode">Unix file mode: 33188 or, executable, 33261.</param>
public sealed record VercelFile(
    [property: JsonPropertyName("file")] string Path,
    string Sha,
    long Size,
    int Mode);
