using System.Diagnostics;
using Maily.Deploy;
using Maily.Deploy.Deployments;
using Maily.Deploy.Sandbox;
using Microsoft.Extensions.Logging;
using Nuke.Common.IO;
using Serilog.Extensions.Logging;

/// <summary>
/// Starts a sandbox and, for a rehearsal, deploys to it by a process of its own: the same program with the sandbox's
/// variables, so that the code paths are production's.
/// </summary>
sealed class Rehearsing(AbsolutePath root)
{
    readonly ILogger log = new SerilogLoggerFactory(Serilog.Log.Logger).CreateLogger("Sandbox");

    /// <summary>Keeps a sandbox until it is asked to stop.</summary>
    public async Task KeepAsync(StopSignals signals)
    {
        await using var sandbox = await StartAsync(publish: true, signals.Stop);
        log.LogInformation("In another shell: set -a; . artifacts/sandbox/.env; set +a; ./build.sh DeployProduction");
        log.LogInformation("Ctrl+C stops the sandbox and removes all of it");
        await Task.Delay(Timeout.Infinite, signals.Stop).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Deploys to a sandbox of its own and gives the deployment's exit code.</summary>
    public async Task<int> RunAsync(string target, StopSignals signals)
    {
        await using var sandbox = await StartAsync(publish: false, signals.Stop);
        using var deployment = Process.Start(StartInfo(target, sandbox.Environment)) ?? throw new IOException("The deployment's process did not start.");
        await using var stop = signals.Stop.Register(() => Interrupt(deployment));
        await using var abort = signals.Abort.Register(() => Interrupt(deployment));
        // Without a token: what is interrupted undoes what it did, and the sandbox must live until then.
        await deployment.WaitForExitAsync(CancellationToken.None);
        return deployment.ExitCode;
    }

    void Interrupt(Process deployment)
    {
        using var kill = Process.Start("kill", ["-INT", $"{deployment.Id}"]);
        log.LogInformation("The deployment is asked to stop");
    }

    Task<RunningSandbox> StartAsync(bool publish, CancellationToken cancellation) =>
        RunningSandbox.StartAsync(new SandboxOptions { Folder = root / "artifacts" / "sandbox", PublishEnvironment = publish }, log, cancellation);

    ProcessStartInfo StartInfo(string target, IReadOnlyDictionary<string, string> variables)
    {
        var program = System.Reflection.Assembly.GetExecutingAssembly().Location;
        // In a session of its own Ctrl+C does not reach it from the terminal: each signal comes once, from here.
        var start = new ProcessStartInfo("setsid", [System.Environment.ProcessPath ?? "dotnet", program, target, .. Passed()]) { UseShellExecute = false, WorkingDirectory = root };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return start;
    }

    // A rehearsal takes the flags of the deployment that it rehearses: --skip-frontend, --verbosity. It tries what is being worked on,
    // committed or not.
    static IEnumerable<string> Passed() =>
        System.Environment.GetCommandLineArgs().Skip(1).SkipWhile(argument => !argument.StartsWith('-')).Where(argument => argument != "--allow-dirty").Append("--allow-dirty");
}

/// <summary>The deployment to the sandbox did not succeed.</summary>
public sealed class RehearsalFailedException(int exitCode)
    : DeployException(
        exitCode == 130 ? "The rehearsed deployment was cancelled." : $"The rehearsed deployment ended with exit code {exitCode}.",
        exitCode == 130 ? "What it did is undone; its report stands above." : "Its first cause stands above, and in the report that it names.");
