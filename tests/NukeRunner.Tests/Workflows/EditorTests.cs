using System.Text.Json;
using NukeRunner.Tests.Samples;

namespace NukeRunner.Tests.Workflows;

/// <summary>What helps people at their editors and shells.</summary>
public sealed class EditorTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void The_schema_knows_targets_and_parameters_and_is_written_only_when_it_changes()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "Noop").ShouldBe(0);
        var file = new FileInfo(Path.Combine(run.Root, ".nuke/build.schema.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(file.FullName));
        var properties = json.RootElement.GetProperty("allOf")[0].GetProperty("properties");
        properties.GetProperty("Names").GetProperty("type").GetString().ShouldBe("array");
        properties.GetProperty("SkipFrontend").GetProperty("type").GetString().ShouldBe("boolean");
        json.RootElement.GetProperty("definitions").GetProperty("ExecutableTarget").GetProperty("enum")
            .EnumerateArray().Select(x => x.GetString()).ShouldContain("Backup");
        var written = file.LastWriteTimeUtc;
        run.Start<TranscriptBuild>(x => x.Deploy, "Noop").ShouldBe(0);
        new FileInfo(file.FullName).LastWriteTimeUtc.ShouldBe(written);
    }

    [Fact]
    public void Targets_parameters_and_values_are_completed()
    {
        Complete("Mig").ShouldBe(["Migrate"]);
        Complete("Migrate", "\\--skip").ShouldBe(["--skip", "--skip-frontend"]);
        Complete("\\--skip", "Val").ShouldBe(["Validate"]);
        Complete("\\--verbosity", "q").ShouldBe(["Quiet"]);
    }

    [Fact]
    public void Each_shell_has_its_script()
    {
        run.Start<TranscriptBuild>(x => x.Deploy, "--shell-completion", "bash").ShouldBe(0);
        run.Output.ShouldContain("complete -F _nuke_runner");
        run.Start<TranscriptBuild>(x => x.Deploy, "--shell-completion", "tcsh").ShouldBe(255);
        run.Output.ShouldContain("bash, zsh and fish are possible");
    }

    string[] Complete(params string[] words)
    {
        var before = run.Output.Length;
        run.Start<TranscriptBuild>(x => x.Deploy, ["--complete", .. words]).ShouldBe(0);
        return run.Output[before..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
