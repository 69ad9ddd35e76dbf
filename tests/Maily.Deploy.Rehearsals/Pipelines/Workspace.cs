using System.Diagnostics;
using Maily.Deploy.Sandbox.Vercel;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>
/// A clone of the repository that deploys the same product but for its frontend: a small one that needs no build, so that a
/// whole deployment takes seconds.
/// </summary>
sealed class Workspace : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-workspace-");

    // What a clone of it commits is pushed there, as a team does: whoever deploys next needs the commit that is live.
    readonly string? shared;

    Workspace(string? shared) => this.shared = shared;

    /// <summary>Its root.</summary>
    public string Root => Path.Combine(folder.FullName, "maily");

    /// <summary>Clones the repository and gives it the small frontend.</summary>
    public static async Task<Workspace> CloneAsync(CancellationToken cancellation)
    {
        var workspace = await CloneAsync(CompiledBuild.Repository, shared: null, cancellation);
        SmallFrontend.Put(workspace.PathOf("src/Platform/web"));
        await workspace.CommitAsync("A frontend without a build", cancellation);
        return workspace;
    }

    /// <summary>A second clone of this one, as on another machine.</summary>
    public Task<Workspace> CloneAgainAsync(CancellationToken cancellation) => CloneAsync(Root, shared ?? Root, cancellation);

    /// <summary>The full path of a file in it.</summary>
    public string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>Writes a file, over what is there.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    /// <summary>Adds to the end of a file.</summary>
    public void Append(string path, string text) => File.AppendAllText(PathOf(path), text);

    /// <summary>Changes a text that is in a file.</summary>
    public void Replace(string path, string text, string by)
    {
        File.ReadAllText(PathOf(path)).ShouldContain(text);
        Write(path, File.ReadAllText(PathOf(path)).Replace(text, by, StringComparison.Ordinal));
    }

    /// <summary>A new release of every part but the database: another image and another frontend.</summary>
    public Task ReleaseAsync(string text, CancellationToken cancellation)
    {
        Append("src/Platform/services/api-gateway/app/serve", $"\n# {text}\n");
        Append("src/Platform/web/public/index.html", $"<p>{text}</p>");
        return CommitAsync(text, cancellation);
    }

    /// <summary>Commits all that was changed.</summary>
    public async Task CommitAsync(string subject, CancellationToken cancellation)
    {
        await GitAsync(Root, cancellation, "add", "--all");
        await GitAsync(Root, cancellation, "-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@maily.example", "commit", "--quiet", "--message", subject);
        if (shared is not null)
            await GitAsync(Root, cancellation, "push", "--quiet", shared, $"HEAD:refs/heads/commits/{Guid.NewGuid()}");
    }

    /// <summary>Forgets the last commit.</summary>
    public Task BackAsync(CancellationToken cancellation) => GitAsync(Root, cancellation, "reset", "--quiet", "--hard", "HEAD~1");

    public void Dispose() => folder.Delete(recursive: true);

    static async Task<Workspace> CloneAsync(string origin, string? shared, CancellationToken cancellation)
    {
        var workspace = new Workspace(shared);
        await GitAsync(workspace.folder.FullName, cancellation, "-c", "advice.detachedHead=false", "clone", "--quiet", "--local", origin, workspace.Root);
        return workspace;
    }

    static async Task GitAsync(string folder, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        process.ExitCode.ShouldBe(0, errors);
    }
}
