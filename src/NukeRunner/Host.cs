using NukeRunner.Runs;

namespace Nuke.Common;

/// <summary>Where a build runs.</summary>
public class Host
{
    /// <summary>Hosts are found by the run, not made by builds.</summary>
    protected Host()
    {
    }

    internal static Host Local { get; } = new Terminal();

    internal static Host Find(string? name, IReadOnlyDictionary<string, string> variables)
    {
        if (name is null or "")
            return variables.ContainsKey("GITHUB_ACTIONS") ? new CI.GitHubActions.GitHubActions(variables) : Local;
        if (name.Equals(nameof(CI.GitHubActions.GitHubActions), StringComparison.OrdinalIgnoreCase))
            return new CI.GitHubActions.GitHubActions(variables);
        return name.Equals(nameof(Terminal), StringComparison.OrdinalIgnoreCase)
            ? Local
            : throw new RefusedException($"Host with name '{name}' does not exist. Available hosts are: GitHubActions, Terminal");
    }

    /// <inheritdoc/>
    public override string ToString() => GetType().Name;

    sealed class Terminal : Host;
}
