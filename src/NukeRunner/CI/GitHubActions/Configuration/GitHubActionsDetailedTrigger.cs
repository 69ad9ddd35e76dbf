using Nuke.Common.Utilities;
using NukeRunner.Parameters;

namespace Nuke.Common.CI.GitHubActions.Configuration;

/// <summary>What starts a workflow, with details.</summary>
public abstract class GitHubActionsDetailedTrigger : ConfigurationEntity;

/// <summary>A push or a pull request.</summary>
public class GitHubActionsVcsTrigger : GitHubActionsDetailedTrigger
{
    /// <summary>Which of the two.</summary>
    public GitHubActionsTrigger Kind { get; set; }

    /// <summary>On these branches.</summary>
    public string[] Branches { get; set; } = [];

    /// <summary>Not on these branches.</summary>
    public string[] BranchesIgnore { get; set; } = [];

    /// <summary>On these tags.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>Not on these tags.</summary>
    public string[] TagsIgnore { get; set; } = [];

    /// <summary>With changes in these files.</summary>
    public string[] IncludePaths { get; set; } = [];

    /// <summary>Not with changes in only these files.</summary>
    public string[] ExcludePaths { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"{Kind.GetValue()}:");
        using (writer.Indent())
        {
            List(writer, "branches", Branches);
            List(writer, "branches-ignore", BranchesIgnore);
            List(writer, "tags", Tags);
            List(writer, "tags-ignore", TagsIgnore);
            List(writer, "paths", [.. IncludePaths, .. ExcludePaths.Select(x => "!" + x)]);
        }
    }

    static void List(CustomFileWriter writer, string name, string[] values)
    {
        if (values.Length == 0)
            return;
        writer.WriteLine($"{name}:");
        using (writer.Indent())
        {
            foreach (var value in values)
                writer.WriteLine($"- {Quoted(value)}");
        }
    }

    static string Quoted(string value) => value.Any(" .*!?+[]()".Contains) ? $"'{value}'" : value;
}

/// <summary>A person, who may give values.</summary>
public class GitHubActionsWorkflowDispatchTrigger : GitHubActionsDetailedTrigger
{
    /// <summary>Values that may be given.</summary>
    public string[] OptionalInputs { get; set; } = [];

    /// <summary>Values that must be given.</summary>
    public string[] RequiredInputs { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine("workflow_dispatch:");
        using (writer.Indent())
        {
            writer.WriteLine("inputs:");
            using (writer.Indent())
            {
                foreach (var input in OptionalInputs)
                    Input(writer, input, "false");
                foreach (var input in RequiredInputs)
                    Input(writer, input, "true");
            }
        }
    }

    static void Input(CustomFileWriter writer, string name, string required)
    {
        writer.WriteLine($"{name}:");
        using (writer.Indent())
        {
            writer.WriteLine($"description: \"{string.Join(' ', ParameterName.Words(name))}\"");
            writer.WriteLine($"required: {required}");
        }
    }
}

/// <summary>The clock.</summary>
public class GitHubActionsScheduledTrigger : GitHubActionsDetailedTrigger
{
    /// <summary>When, in cron's five fields, UTC.</summary>
    public string Cron { get; set; } = "";

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine("schedule:");
        using (writer.Indent())
            writer.WriteLine($"- cron: '{Cron}'");
    }
}
