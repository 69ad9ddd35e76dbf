using System.Text.RegularExpressions;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Migrations;

/// <summary>A command-line tool that npm carries, pinned in <c>build/tools</c> and installed there on first use.</summary>
static partial class NpmTool
{
    static readonly string Folder = Path.GetFullPath(PlatformFolder.Path("..", "..", "build", "tools"));

    /// <summary>The tool's path, from its path in <c>node_modules</c>; two tests that need it at once install it once.</summary>
    public static async Task<string> FindAsync(string file, CancellationToken cancellation)
    {
        var path = Path.Combine(Folder, "node_modules", file);
        await using var turn = await TurnAsync(cancellation);
        if (!File.Exists(path))
            await Tool.RunOrSkipAsync(CommandLine.Of("npm", "ci", "--no-audit", "--no-fund", "--prefix", Folder), cancellation);
        Assert.SkipUnless(File.Exists(path), $"npm has no {file} for this platform.");
        return path;
    }

    /// <summary>What a tool printed, without colours.</summary>
    public static string Plain(string output) => Colours().Replace(output, "");

    static async Task<FileStream> TurnAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "maily-npm-tools.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
            }
        }
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Colours();
}
