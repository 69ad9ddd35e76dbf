using Maily.Deploy.Processes;
using Nuke.Common.IO;

/// <summary>The command-line tools that npm carries, as <c>build/tools</c> pins them.</summary>
static class PinnedTools
{
    /// <summary>Those of the repository at <paramref name="root"/>.</summary>
    public static NpmTools Of(AbsolutePath root, ProcessRunner processes) => new(root / "build" / "tools", processes, System.TimeProvider.System);
}
