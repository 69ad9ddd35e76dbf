using System.Runtime.CompilerServices;

namespace Maily.Deploy.Components.Tests;

/// <summary>This repository's files.</summary>
static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The C# files below that folder, without those that the compiler made.</summary>
    public static IReadOnlyList<string> Sources(params string[] parts) =>
        [.. Directory.GetFiles(At(parts), "*.cs", SearchOption.AllDirectories).Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj"))];

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    static string Here([CallerFilePath] string path = "") => path;
}
