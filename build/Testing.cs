using System.Text.Json;
using Maily.Deploy;
using Maily.Deploy.Processes;
using Nuke.Common.IO;
using Serilog;

/// <summary>Runs the test projects one after another and sums their results.</summary>
sealed class Testing(AbsolutePath root, string configuration)
{
    static readonly string[] Order = ["NukeRunner.Tests", "Maily.Deploy.Tests", "Maily.Deploy.Components.Tests", "Maily.Deploy.Rehearsals"];

    /// <summary>Runs those whose names hold one of the parts, or all; fails when a test does.</summary>
    public async Task RunAsync(IReadOnlyCollection<string> parts, CancellationToken cancellation)
    {
        var results = new List<TestResult>();
        foreach (var project in Order.Where(project => parts.Count == 0 || parts.Any(part => project.Contains(part, System.StringComparison.OrdinalIgnoreCase))))
            results.Add(await RunAsync(project, cancellation));

        var sum = new TestResult("all", results.Sum(result => result.Passed), results.Sum(result => result.Failed), results.Sum(result => result.Skipped), []);
        await File.WriteAllTextAsync(Folder / "summary.txt", $"{sum.Passed} passed, {sum.Failed} failed{(sum.Skipped > 0 ? $", {sum.Skipped} skipped" : "")}\n", cancellation);
        foreach (var result in results.Append(sum))
            Log.Information("{Project:l}: {Passed} passed, {Failed} failed, {Skipped} skipped", result.Project, result.Passed, result.Failed, result.Skipped);
        var failures = results.SelectMany(result => result.Failures).ToArray();
        await File.WriteAllLinesAsync(Folder / "failures.txt", failures.Select(test => $"{test.Name}: {test.Why}"), cancellation);
        if (sum.Failed > 0)
            throw new TestsFailedException([.. failures.Select(test => test.Name)]);
    }

    AbsolutePath Folder
    {
        get
        {
            var folder = root / "artifacts" / "tests";
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    async Task<TestResult> RunAsync(string project, CancellationToken cancellation)
    {
        var file = Folder / $"{project}.json";
        File.Delete(file);
        var program = root / "tests" / project / "bin" / configuration / "net10.0" / project;
        var command = CommandLine.Of(program, "-noLogo", "-noColor", "-result-ctrf", file) with { WorkingDirectory = root };
        try
        {
            await new ProcessRunner(System.TimeProvider.System).RunAsync(command, line => Log.Information("{Line:l}", line), cancellation);
        }
        catch (CommandFailedException failed) when (File.Exists(file))
        {
            // The file says what failed; a program that died without one is another matter, and thrown.
            Log.Error("{Project:l} ended with exit code {Code}", project, failed.ExitCode);
        }

        return Read(project, await File.ReadAllBytesAsync(file, cancellation));
    }

    static TestResult Read(string project, byte[] ctrf)
    {
        using var document = JsonDocument.Parse(ctrf);
        var content = document.RootElement.GetProperty("results");
        var summary = content.GetProperty("summary");
        int Count(string name) => summary.GetProperty(name).GetInt32();
        var failures = content.GetProperty("tests").EnumerateArray()
            .Where(test => test.GetProperty("status").GetString() is "failed" or "other")
            .Select(test => new FailedTest(test.GetProperty("name").GetString()!, Brief(test.TryGetProperty("message", out var message) ? message.GetString() : null)));
        return new TestResult(project, Count("passed"), Count("failed") + Count("other"), Count("skipped") + Count("pending"), [.. failures]);
    }

    // What a run wrote stands in the middle of what a failed test says: the fact before it and the end of it tell most.
    static string Brief(string? message)
    {
        var line = string.Join(' ', (message ?? "it said nothing").Split((char[]?)null, System.StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Head + Tail ? line : $"{line[..Head]} [...] {line[^Tail..]}";
    }

    const int Head = 400, Tail = 1200;

    sealed record TestResult(string Project, int Passed, int Failed, int Skipped, FailedTest[] Failures);

    sealed record FailedTest(string Name, string Why);
}

/// <summary>Tests failed.</summary>
public sealed class TestsFailedException(IReadOnlyCollection<string> names)
    : DeployException($"{names.Count} tests failed: {string.Join("; ", names)}.", "What they saw stands above; run one project with `./build.sh Test --projects <part of its name>`.");
