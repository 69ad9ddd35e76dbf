using Nuke.Common.Utilities;

namespace Nuke.Common.CI.GitHubActions.Configuration;

/// <summary>A step of a job.</summary>
public abstract class GitHubActionsStep : ConfigurationEntity;

/// <summary>Checks the repository out.</summary>
public class GitHubActionsCheckoutStep : GitHubActionsStep
{
    /// <summary>Which submodules; null for the action's default.</summary>
    public GitHubActionsSubmodules? Submodules { get; set; }

    /// <summary>Whether large files are fetched; null for the action's default.</summary>
    public bool? Lfs { get; set; }

    /// <summary>How many commits; 0 for all, null for the action's default.</summary>
    public uint? FetchDepth { get; set; }

    /// <summary>Whether progress is shown; null for the action's default.</summary>
    public bool? Progress { get; set; }

    /// <summary>A partial clone's filter.</summary>
    public string? Filter { get; set; }

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine("- uses: actions/checkout@v6");
        string?[] lines =
        [
            Submodules is { } submodules ? $"submodules: {submodules.ToString().ToLowerInvariant()}" : null,
            Lfs is { } lfs ? $"lfs: {lfs.ToString().ToLowerInvariant()}" : null,
            FetchDepth is { } depth ? $"fetch-depth: {depth}" : null,
            Progress is { } progress ? $"progress: {progress.ToString().ToLowerInvariant()}" : null,
            string.IsNullOrWhiteSpace(Filter) ? null : $"filter: {Filter}",
        ];
        if (lines.All(x => x is null))
            return;
        using (writer.Indent())
        {
            writer.WriteLine("with:");
            using (writer.Indent())
            {
                foreach (var line in lines.OfType<string>())
                    writer.WriteLine(line);
            }
        }
    }
}

/// <summary>Keeps folders from run to run.</summary>
public class GitHubActionsCacheStep : GitHubActionsStep
{
    /// <summary>What is kept.</summary>
    public string[] IncludePatterns { get; set; } = [];

    /// <summary>What is not.</summary>
    public string[] ExcludePatterns { get; set; } = [];

    /// <summary>A change of these starts anew.</summary>
    public string[] KeyFiles { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"- name: 'Cache: {string.Join(", ", IncludePatterns)}'");
        using (writer.Indent())
        {
            writer.WriteLine("uses: actions/cache@v4");
            writer.WriteLine("with:");
            using (writer.Indent())
            {
                writer.WriteLine("path: |");
                foreach (var pattern in IncludePatterns.Concat(ExcludePatterns.Select(x => "!" + x)))
                    writer.WriteLine("  " + pattern);
                var files = string.Join(", ", KeyFiles.Select(x => $"'{x}'"));
                writer.WriteLine($"key: ${{{{ runner.os }}}}-${{{{ hashFiles({files}) }}}}");
            }
        }
    }
}

/// <summary>Runs targets of the build.</summary>
public class GitHubActionsRunStep : GitHubActionsStep
{
    /// <summary>The script, from the root.</summary>
    public string BuildCmdPath { get; set; } = "build.sh";

    /// <summary>The targets.</summary>
    public string[] InvokedTargets { get; set; } = [];

    /// <summary>Environment variables with their values.</summary>
    public Dictionary<string, string> Imports { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"- name: 'Run: {string.Join(", ", InvokedTargets)}'");
        using (writer.Indent())
        {
            writer.WriteLine($"run: ./{BuildCmdPath} {string.Join(' ', InvokedTargets)}");
            if (Imports.Count == 0)
                return;
            writer.WriteLine("env:");
            using (writer.Indent())
            {
                foreach (var (name, value) in Imports)
                    writer.WriteLine($"{name}: {value}");
            }
        }
    }
}

/// <summary>Keeps files with the run.</summary>
public class GitHubActionsArtifactStep : GitHubActionsStep
{
    /// <summary>The artifact's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The files, from the root.</summary>
    public string Path { get; set; } = "";

    /// <summary>When; empty for after a success.</summary>
    public string? Condition { get; set; }

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"- name: 'Publish: {Name}'");
        using (writer.Indent())
        {
            writer.WriteLine("uses: actions/upload-artifact@v4");
            if (!string.IsNullOrWhiteSpace(Condition))
                writer.WriteLine($"if: {Condition}");
            writer.WriteLine("with:");
            using (writer.Indent())
            {
                writer.WriteLine($"name: {Name}");
                writer.WriteLine($"path: {Path}");
            }
        }
    }
}
