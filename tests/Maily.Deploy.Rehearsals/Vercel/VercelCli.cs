using System.Text;
using CliWrap;

namespace Maily.Deploy.Rehearsals.Vercel;

/// <summary>The real vercel CLI, pinned in build/tools and installed there on first use.</summary>
public sealed class VercelCli : IAsyncLifetime
{
    static readonly string Tools = Path.Combine(RepositoryRoot(), "build", "tools");

    /// <summary>Why the CLI cannot be run; <see langword="null"/> where it can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Program))
            return;
        // Not `npm ci`: it refuses a lock file that lists optional packages of other platforms without a version.
        try
        {
            await Cli.Wrap("npm").WithArguments(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]).WithWorkingDirectory(Tools)
                .ExecuteAsync(TestContext.Current.CancellationToken);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Missing = $"npm is not installed, so the vercel CLI cannot be: {missing.Message}";
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs the CLI against an API, with nothing of this machine's own login.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        Uri api, string token, string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        var result = await Cli.Wrap(Program)
            .WithArguments([.. arguments, "--api", api.ToString().TrimEnd('/'), "--token", token, "--global-config", Path.Combine(folder, ".global")])
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(variables => variables
                .Set("VERCEL_TELEMETRY_DISABLED", "1").Set("NO_UPDATE_NOTIFIER", "1").Set("CI", "1").Set("NO_COLOR", "1")
                .Set("VERCEL_TOKEN", null).Set("VERCEL_ORG_ID", null).Set("VERCEL_PROJECT_ID", null))
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .ExecuteAsync(cancellationToken);
        return (result.ExitCode, output.ToString(), errors.ToString());
    }

    static string Program => Path.Combine(Tools, "node_modules", ".bin", "vercel");

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Maily.Deploy.slnx")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Maily.Deploy.slnx above the tests");
        return folder.FullName;
    }
}
