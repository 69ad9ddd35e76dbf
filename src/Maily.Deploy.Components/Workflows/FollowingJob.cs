using System.Text;
using Nuke.Common.CI.GitHubActions.Configuration;
using Nuke.Common.Utilities;

namespace Maily.Deploy.Components;

/// <summary>A job that begins after another one, under a condition. NUKE's own jobs know neither.</summary>
sealed class FollowingJob(GitHubActionsJob job, string needs, string condition) : GitHubActionsJob
{
    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        foreach (var line in Lines())
        {
            writer.WriteLine(line);
            if (!line.StartsWith("  name:", StringComparison.Ordinal))
                continue;
            writer.WriteLine($"  needs: {needs}");
            writer.WriteLine($"  if: {condition}");
        }
    }

    string[] Lines()
    {
        using var memory = new MemoryStream();
        using (var text = new StreamWriter(memory, leaveOpen: true) { NewLine = "\n" })
            job.Write(new CustomFileWriter(text, 2, "#"));
        return Encoding.UTF8.GetString(memory.ToArray()).TrimEnd('\n').Split('\n');
    }
}

/// <summary>Runs one command with the environment variables of another step.</summary>
sealed class CommandStep(string name, string command, IReadOnlyDictionary<string, string> variables) : GitHubActionsStep
{
    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"- name: '{name}'");
        using (writer.Indent())
        {
            writer.WriteLine($"run: {command}");
            if (variables.Count == 0)
                return;
            writer.WriteLine("env:");
            using (writer.Indent())
            {
                foreach (var (variable, value) in variables)
                    writer.WriteLine($"{variable}: {value}");
            }
        }
    }
}
