using Nuke.Common.Utilities;

namespace Nuke.Common.CI.GitHubActions.Configuration;

/// <summary>A workflow.</summary>
public class GitHubActionsConfiguration : ConfigurationEntity
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>What starts it, without details.</summary>
    public GitHubActionsTrigger[] ShortTriggers { get; set; } = [];

    /// <summary>What starts it, with details.</summary>
    public GitHubActionsDetailedTrigger[] DetailedTriggers { get; set; } = [];

    /// <summary>What its token may do: <c>read</c> or <c>write</c>.</summary>
    public (GitHubActionsPermissions Type, string Permission)[] Permissions { get; set; } = [];

    /// <summary>Runs of the same group wait for each other.</summary>
    public string? ConcurrencyGroup { get; set; }

    /// <summary>A newer run cancels an older one of the group.</summary>
    public bool ConcurrencyCancelInProgress { get; set; }

    /// <summary>Its jobs.</summary>
    public GitHubActionsJob[] Jobs { get; set; } = [];

    /// <inheritdoc/>
    public override void Write(CustomFileWriter writer)
    {
        writer.WriteLine($"name: {Name}");
        writer.WriteLine();
        WriteTriggers(writer);
        if (Permissions.Length > 0)
        {
            writer.WriteLine();
            writer.WriteLine("permissions:");
            using (writer.Indent())
            {
                foreach (var (type, permission) in Permissions)
                    writer.WriteLine($"{type.GetValue()}: {permission}");
            }
        }

        if (!string.IsNullOrWhiteSpace(ConcurrencyGroup) || ConcurrencyCancelInProgress)
            writer.WriteLine();
        Concurrency.Write(writer, ConcurrencyGroup, ConcurrencyCancelInProgress);
        writer.WriteLine();
        writer.WriteLine("jobs:");
        using (writer.Indent())
        {
            foreach (var job in Jobs)
                job.Write(writer);
        }
    }

    void WriteTriggers(CustomFileWriter writer)
    {
        if (ShortTriggers.Length > 0)
        {
            writer.WriteLine($"on: [{string.Join(", ", ShortTriggers.Select(x => x.GetValue()))}]");
            return;
        }

        writer.WriteLine("on:");
        using (writer.Indent())
        {
            foreach (var trigger in DetailedTriggers)
                trigger.Write(writer);
        }
    }
}

/// <summary>Which runs wait for each other.</summary>
internal static class Concurrency
{
    // Cancels only runs of the same workflow for the same change.
    const string Fallback
        = "${{ github.workflow }} @ ${{ github.event.pull_request.head.label || github.head_ref || github.run_id }}";

    public static void Write(CustomFileWriter writer, string? group, bool cancelInProgress)
    {
        if (string.IsNullOrWhiteSpace(group) && !cancelInProgress)
            return;
        writer.WriteLine("concurrency:");
        using (writer.Indent())
        {
            writer.WriteLine($"group: {(string.IsNullOrWhiteSpace(group) ? Fallback : group)}");
            if (cancelInProgress)
                writer.WriteLine("cancel-in-progress: true");
        }
    }
}
