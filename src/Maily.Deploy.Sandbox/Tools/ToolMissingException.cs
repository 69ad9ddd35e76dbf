namespace Maily.Deploy.Sandbox.Tools;

/// <summary>Executables are missing, and this machine or this user cannot install them by itself.</summary>
public sealed class ToolMissingException(IReadOnlyList<Tool> tools)
    : DeployException($"Missing on this machine: {string.Join(", ", tools.Select(tool => tool.Name))}.", RemedyFor(tools))
{
    /// <summary>What is missing.</summary>
    public IReadOnlyList<Tool> Tools { get; } = tools;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;

    static string RemedyFor(IReadOnlyList<Tool> tools) =>
        $"On Debian or Ubuntu: sudo apt-get install --no-install-recommends {string.Join(' ', AptInstallation.PackagesOf(tools))}";
}
