using Maily.Deploy.Sandbox.Instances;

namespace Maily.Deploy.Sandbox.Tools;

/// <summary>
/// While it lives, packages that are installed neither start their services (<c>policy-rc.d</c>) nor make a Postgres cluster of
/// their own. What the machine's owner has put in these places stays as it is.
/// </summary>
public sealed class QuietServices : IDisposable
{
    const string Mark = "# Written by the sandbox of Maily Deploy while it installs packages; may be removed at any other time.\n";
    const string NoServices = "#!/bin/sh\n" + Mark + "exit 101\n";
    const string NoCluster = Mark + "create_main_cluster = false\n";

    readonly string root;
    readonly IReadOnlyList<string> written;

    QuietServices(string root)
    {
        this.root = root;
        written = [.. Place("usr/sbin/policy-rc.d", NoServices, ModeFile.Program), .. Place(ClusterSettings, NoCluster, ModeFile.Public)];
    }

    static string ClusterSettings => "etc/postgresql-common/createcluster.conf";

    /// <summary>Puts the two files in place, each only where there is none.</summary>
    /// <param name="root">The root of the file system.</param>
    public static QuietServices Begin(string root = "/") => new(root);

    /// <summary>Takes away what was put in place; the package's own cluster settings come in its stead.</summary>
    public void Dispose()
    {
        foreach (var path in written)
            File.Delete(path);
        var standard = Path.Combine(root, "usr/share/postgresql-common/createcluster.conf");
        var settings = Path.Combine(root, ClusterSettings);
        if (File.Exists(standard) && !File.Exists(settings))
            File.Copy(standard, settings);
    }

    IEnumerable<string> Place(string path, string text, UnixFileMode mode)
    {
        var full = Path.Combine(root, path);
        // One with our mark is left from an installation that was killed: it is ours to replace and to remove.
        if (File.Exists(full) && !File.ReadAllText(full).Contains(Mark, StringComparison.Ordinal))
            yield break;
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        ModeFile.Write(full, text, mode);
        yield return full;
    }
}
