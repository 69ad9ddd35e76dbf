namespace Maily.Deploy.Sandbox.Tools;

/// <summary>
/// Finds executables: on PATH, where administrators' programs are (often not on an ordinary user's PATH), and where Debian keeps
/// the programs of each Postgres version. The newest Postgres wins, so that server, initdb and pg_dump are of one version.
/// </summary>
public sealed class ToolLocator
{
    const string PostgresVersions = "/usr/lib/postgresql";

    readonly IReadOnlyList<string> folders;

    /// <summary>Looks in the folders of this machine.</summary>
    public ToolLocator() : this(StandardFolders())
    {
    }

    /// <summary>Looks in the given folders, in their order.</summary>
    public ToolLocator(IEnumerable<string> folders) => this.folders = [.. folders];

    /// <summary>The tool's full path, or null.</summary>
    public string? Find(Tool tool) => folders
        .Select(folder => Path.Combine(folder, tool.Name))
        .FirstOrDefault(path => IsExecutable(path) && (!tool.IsStatic || StaticExecutable.IsStatic(path)));

    /// <summary>The tool's full path.</summary>
    /// <exception cref="ToolMissingException">It is not on this machine.</exception>
    public string Require(Tool tool) => Find(tool) ?? throw new ToolMissingException([tool]);

    /// <summary>Those of the tools that are not on this machine.</summary>
    public IReadOnlyList<Tool> FindMissing(IEnumerable<Tool> tools) => [.. tools.Where(tool => Find(tool) is null)];

    static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) &&
        (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;

    static IEnumerable<string> StandardFolders() =>
    [
        .. PostgresFolders(),
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin",
    ];

    // A folder is listed also when nothing is in it yet: an installation may fill it later.
    static IEnumerable<string> PostgresFolders() => Enumerable.Range(10, 20).Reverse()
        .Select(major => Path.Combine(PostgresVersions, $"{major}", "bin"));
}
