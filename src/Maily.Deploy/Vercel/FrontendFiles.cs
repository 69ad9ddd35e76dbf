using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Git;

namespace Maily.Deploy.Vercel;

/// <summary>The files of the frontend as they are on disk.</summary>
public sealed class FrontendFiles(GitReader git)
{
    const int Plain = 0x81A4; // 100644
    const int Executable = 0x81ED; // 100755

    /// <summary>
    /// What git tracks in the folder (all files, outside of a repository), without what its .vercelignore leaves out, in
    /// ordinal order. Reading does not change when a build leaves files of its own in the folder.
    /// </summary>
    /// <exception cref="EmptyFrontendException">Nothing is left.</exception>
    public async Task<ImmutableArray<VercelFile>> ListAsync(string folder, CancellationToken cancellation)
    {
        var rules = await RulesAsync(folder, cancellation);
        var tracked = await git.TrackedFilesAsync(folder, cancellation);
        var paths = tracked is { IsEmpty: false } ? tracked.Value : OnDisk(folder);
        var files = ImmutableArray.CreateBuilder<VercelFile>();
        foreach (var path in paths.Where(path => !rules.Ignores(path) && File.Exists(Path.Combine(folder, path))))
            files.Add(await DescribeAsync(folder, path, cancellation));
        return files.Count > 0 ? files.ToImmutable() : throw new EmptyFrontendException(folder);
    }

    static async Task<IgnoreRules> RulesAsync(string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, ".vercelignore");
        return IgnoreRules.Parse(File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation) : "");
    }

    static ImmutableArray<string> OnDisk(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    // Vercel names contents by SHA-1; nothing here relies on it against forgery.
    static async Task<VercelFile> DescribeAsync(string folder, string path, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, path);
        await using var content = File.OpenRead(file);
        var sha = Convert.ToHexStringLower(await SHA1.HashDataAsync(content, cancellation));
        return new VercelFile(path, sha, content.Length, IsExecutable(file) ? Executable : Plain);
    }

    static bool IsExecutable(string file) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != UnixFileMode.None;
}
