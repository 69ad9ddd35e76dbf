using Nuke.Common.Utilities;

namespace Nuke.Common.CI.GitHubActions.Configuration;

/// <summary>A job of a workflow.</summary>
public class GitHubActionsJob : ConfigurationEntity
{
    /// <summary>Its id and name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The machine that it runs on.</summary>
    public GitHubActionsImage Image { get; set; }

    /// <summary>GitHub's environment that it deploys to, whose rules and secrets apply.</summary>
    public string? EnvironmentName { get; set; }

    /// <summary>The environment's address.</summary>
    public string? EnvironmentUrl { get; set; }

    /// <summary>Minutes until it is cancelled; 0 for GitHub's own limit.</summary>
    public int TimeoutMinutes { get; set; }

    /// <summary>Jobs of the same group wait for each other.</summary>
    public string? ConcurrencyGroup { get; set; }

    /// <summary>A newer job cancels an older one of the group.</summary>
    public bool ConcurrencyCancelInProgress { get; set; }

    /// <summary>Its steps.</summary>
    public GitHubActionsStep[] Steps { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"{Name}:");
        using (writer.Indent())
        {
            writer.WriteLine($"name: {Name}");
            writer.WriteLine($"runs-on: {Image.GetValue()}");
            WriteEnvironment(writer);
            if (TimeoutMinutes > 0)
                writer.WriteLine($"timeout-minutes: {TimeoutMinutes}");
            Concurrency.Write(writer, ConcurrencyGroup, ConcurrencyCancelInProgress);
            writer.WriteLine("steps:");
            using (writer.Indent())
            {
                foreach (var step in Steps)
                    step.Write(writer);
            }
        }
    }

    void WriteEnvironment(CustomFileWriter writer)
    {
        if (string.IsNullOrWhiteSpace(EnvironmentName))
            return;
        if (string.IsNullOrWhiteSpace(EnvironmentUrl))
        {
            writer.WriteLine($"environment: {EnvironmentName}");
            return;
        }

        writer.WriteLine("environment:");
        using (writer.Indent())
        {
            writer.WriteLine($"name: {EnvironmentName}");
            writer.WriteLine($"url: {EnvironmentUrl}");
        }
    }
}
