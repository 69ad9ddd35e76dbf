using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Git;

/// <summary>Asks git about a folder. Changes nothing.</summary>
public sealed class GitReader(ProcessRunner runner)
{
    const int NotARepository = 128;

    /// <summary>The facts; null where the folder is in no repository, or the repository has no commit.</summary>
    /// <exception cref="CommandMissingException">There is no git.</exception>
    public async Task<GitFacts?> ReadAsync(string folder, CancellationToken cancellation)
    {
        if (await LineAsync(folder, cancellation, "rev-parse", "--verify", "--quiet", "HEAD") is not { } commit)
            return null;
        var status = await RunAsync(folder, cancellation, "status", "--porcelain", "--untracked-files=normal");
        var remotes = await RunAsync(folder, cancellation, "branch", "--remotes", "--contains", "HEAD");
        return new GitFacts
        {
            Commit = commit,
            Branch = await LineAsync(folder, cancellation, "symbolic-ref", "--quiet", "--short", "HEAD"),
            Changes = [.. Lines(status).Select(line => line.Length > 3 ? line[3..] : line)],
            IsPushed = Lines(remotes).Any(),
            Remote = WithoutUser(await RemoteAsync(folder, cancellation)),
            User = await LineAsync(folder, cancellation, "config", "user.name"),
            Subject = await LineAsync(folder, cancellation, "log", "-1", "--format=%s") ?? "",
        };
    }

    /// <summary>Whether git ignores the file; null outside of a repository.</summary>
    public async Task<bool?> IsIgnoredAsync(string folder, string file, CancellationToken cancellation)
    {
        try
        {
            await runner.RunAsync(Git(folder, "check-ignore", "--quiet", "--", file), onLine: null, cancellation);
            return true;
        }
        catch (CommandFailedException failed)
        {
            return failed.ExitCode == NotARepository ? null : false;
        }
    }

    /// <summary>Tracked files below the folder, or only those below some folders in it, relative to it with <c>/</c>, in ordinal order; null outside of a repository.</summary>
    public async Task<ImmutableArray<string>?> TrackedFilesAsync(string folder, CancellationToken cancellation, params string[] below) =>
        await RunAsync(folder, cancellation, ["ls-files", "-z", "--cached", "--", .. Literal(below)]) is { } output
            ? [.. output.Split('\0').Select(path => path.Trim('\n', '\r')).Where(path => path.Length > 0).Order(StringComparer.Ordinal)]
            : null;

    /// <summary>
    /// Files below the folder, or only below some folders in it, that are not as HEAD has them, staged or not, relative to it with <c>/</c>; removed ones too, untracked ones not.
    /// Null outside of a repository.
    /// </summary>
    public async Task<ImmutableArray<string>?> FindChangesAsync(string folder, CancellationToken cancellation, params string[] below) =>
        await RunAsync(folder, cancellation, ["diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD", "--", .. Literal(below)]) is { } output
            ? [.. output.Split('\0').Select(path => path.Trim('\n', '\r')).Where(path => path.Length > 0)]
            : null;

    /// <summary>The last commit that changed something below the folder, and when it was made; null where there is none.</summary>
    public async Task<(string Commit, DateTimeOffset At)?> FindLastCommitAsync(string folder, CancellationToken cancellation) =>
        (await LineAsync(folder, cancellation, "log", "-1", "--format=%H %ct", "--", "."))?.Split(' ') is [var commit, var seconds]
            ? (commit, DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)))
            : null;

    /// <summary>The first remote's address without user and password; null without a remote.</summary>
    public async Task<string?> FindRemoteAsync(string folder, CancellationToken cancellation) => WithoutUser(await RemoteAsync(folder, cancellation));

    async Task<string?> RemoteAsync(string folder, CancellationToken cancellation) =>
        Lines(await RunAsync(folder, cancellation, "remote")).FirstOrDefault() is { } name
            ? await LineAsync(folder, cancellation, "remote", "get-url", name)
            : null;

    async Task<string?> LineAsync(string folder, CancellationToken cancellation, params string[] arguments) =>
        Lines(await RunAsync(folder, cancellation, arguments)).FirstOrDefault();

    async Task<string?> RunAsync(string folder, CancellationToken cancellation, params string[] arguments)
    {
        try
        {
            return await runner.RunAsync(Git(folder, arguments), onLine: null, cancellation);
        }
        catch (CommandFailedException)
        {
            // "No such thing" (no repository, no remote, no upstream) is an answer here.
            return null;
        }
    }

    static IEnumerable<string> Literal(string[] folders) => folders.Length == 0 ? ["."] : folders.Select(folder => $":(literal){folder}");

    // Without optional locks a status in the background never gets in the way of a commit by the user.
    static CommandLine Git(string folder, params string[] arguments) =>
        CommandLine.Of("git", ["--no-optional-locks", .. arguments]) with { WorkingDirectory = folder };

    static IEnumerable<string> Lines(string? output) =>
        (output ?? "").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);

    static string? WithoutUser(string? remote)
    {
        var at = remote?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        var scheme = remote?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        return scheme > 0 && at > scheme ? remote![..(scheme + 3)] + remote[(remote.LastIndexOf('@') + 1)..] : remote;
    }
}
