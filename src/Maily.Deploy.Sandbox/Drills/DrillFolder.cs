using Maily.Deploy.Sandbox.Instances;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>The folder in which one drill works, its compiled build and its report; another one stays out until this is disposed, or its process dies.</summary>
public sealed class DrillFolder : IDisposable
{
    readonly IDisposable held;

    DrillFolder(string path, IDisposable held) => (Path, this.held) = (path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Takes it, before anything is written there.</summary>
    /// <exception cref="DrillUnderWayException">Another drill has it.</exception>
    public static DrillFolder Take(string path) => new(path, FolderLock.TryTake(path) ?? throw new DrillUnderWayException(path));

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();
}

/// <summary>Another drill of this clone is under way.</summary>
public sealed class DrillUnderWayException(string folder)
    : DeployException($"Another drill is under way: it works in {folder}.", "Wait for it or stop it, or drill in another clone.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
