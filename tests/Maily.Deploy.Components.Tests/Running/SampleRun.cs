using System.Diagnostics;
using System.Text.Json;
using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>Runs <see cref="SampleBuild"/> in a repository of its own.</summary>
sealed class SampleRun : IDisposable
{
    readonly RunningABuild run = new();

    public SampleRun()
    {
        Git("init", "--quiet");
        Git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--allow-empty", "--message", "first");
    }

    public Scenario Scenario { get; init; } = new();

    /// <summary>What <c>--environment</c> says; null leaves it out.</summary>
    public string? Environment { get; init; } = "sandbox";

    public string Output => run.Output;

    public string Root => run.Root;

    public IReadOnlyList<string> Reports => Directory.Exists(Path.Combine(Root, "artifacts", "deployments"))
        ? [.. Directory.GetFiles(Path.Combine(Root, "artifacts", "deployments"), "report.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The exit code.</summary>
    public int Start(params string[] arguments)
    {
        SampleBuild.Scenario.Value = Scenario;
        return run.Start<SampleBuild>(build => ((IReport)build).Report, [.. arguments, .. Environment is null ? Array.Empty<string>() : ["--environment", Environment]]);
    }

    /// <summary>Ctrl+C.</summary>
    public Task SignalAsync()
    {
        run.Run!.Cancellation.Signal();
        return Task.CompletedTask;
    }

    /// <summary>The only report's text at that name.</summary>
    public string Report(string property)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Reports.ShouldHaveSingleItem(Output)));
        return json.RootElement.GetProperty(property).ToString();
    }

    public void Dispose() => run.Dispose();

    void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", run.Root, .. arguments]))!;
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
    }
}
