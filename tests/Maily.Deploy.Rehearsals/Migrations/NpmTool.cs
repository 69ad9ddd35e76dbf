using System.Text.RegularExpressions;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Migrations;

/// <summary>A command-line tool that npm carries, pinned in <c>build/tools</c> and installed there on first use.</summary>
static partial class NpmTool
{
    static readonly ProcessRunner Processes = new(TimeProvider.System);

    /// <summary>The pinned tools.</summary>
    public static NpmTools All { get; } = new(Path.GetFullPath(PlatformFolder.Path("..", "..", "build", "tools")), Processes, TimeProvider.System);

    /// <summary>The tool's path, from its path in <c>node_modules</c>.</summary>
    public static async Task<string> FindAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (await All.FindAsync([file], cancellation) is { } path)
                return path;
        }
        catch (CommandMissingException missing)
        {
            Assert.Skip(missing.Fact);
        }

        Assert.Skip($"npm has no {file} for this platform.");
        return "";
    }

    /// <summary>What a tool printed, without colours.</summary>
    public static string Plain(string output) => Colours().Replace(output, "");

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Colours();
}
