using System.Text.Json;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>How a run of the deployer ended: its exit code, what it wrote, and its report.</summary>
/// <param name="ExitCode">The process's.</param>
/// <param name="Output">What it wrote, to both streams.</param>
/// <param name="Folder">The folder of its deployment; null where it left none.</param>
sealed record DeployerRun(int ExitCode, string Output, string? Folder)
{
    /// <summary>The report; null where it left none.</summary>
    public JsonObject? Report { get; } = Read(Folder);

    /// <summary>The outcome in the report.</summary>
    public string? Outcome => (string?)Report?["outcome"];

    /// <summary>The first cause in the report: fact and evidence.</summary>
    public string Cause => $"{Report?["firstCause"]?["fact"]}\n{Report?["firstCause"]?["evidence"]}\n{Report?["firstCause"]?["remedy"]}";

    /// <summary>The target that failed first.</summary>
    public string? FailedTarget => (string?)Report?["firstCause"]?["target"];

    /// <summary>The frontend that it staged or promoted.</summary>
    public string? VercelDeployment => (string?)Report?["farSides"]?["vercelDeployment"];

    /// <summary>The deployment's id.</summary>
    public string Id => (string?)Report?["id"] ?? throw new InvalidOperationException("The run left no report with an id.");

    /// <summary>The images that are deployed, by digest.</summary>
    public string[] Images => [.. Report!["farSides"]!["images"]!.AsObject().Select(image => (string)image.Value!)];

    /// <summary>The migrations that it applied.</summary>
    public string[] Migrations => [.. Report!["farSides"]!["migrations"]!.AsArray().Select(version => (string)version!)];

    /// <summary>A target's status in the report.</summary>
    public string? StatusOf(string target) => (string?)Report!["targets"]!.AsArray().FirstOrDefault(line => (string?)line!["name"] == target)?["status"];

    /// <summary>A step's state in the report.</summary>
    public string? StateOf(string step) => (string?)Report!["steps"]!.AsArray().FirstOrDefault(line => (string?)line!["id"] == step)?["state"];

    /// <summary>Sentences of one kind: undone, leftovers, toDo.</summary>
    public string[] Sentences(string kind) => [.. Report![kind]!.AsArray().Select(line => (string)line!)];

    /// <summary>Holds the run to an end; else the test shows what it wrote.</summary>
    public DeployerRun ShouldEnd(int exitCode, string outcome)
    {
        ExitCode.ShouldBe(exitCode, Output);
        Outcome.ShouldBe(outcome, Output);
        return this;
    }

    static JsonObject? Read(string? folder) =>
        folder is not null && Path.Combine(folder, "report.json") is var path && File.Exists(path)
            ? JsonSerializer.Deserialize<JsonObject>(File.ReadAllText(path))
            : null;
}
