using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Processes;

namespace Maily.Deploy.GitOps;

/// <summary>A shallow clone in a temporary folder. It reads the repository and commits to itself; only a writer brings a commit there.</summary>
sealed class ManifestsClone : IDisposable
{
    const int Depth = 50;
    const int Deeper = 500;

    static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("maily-manifests-");

    ManifestsClone(ManifestsRepository repository, ManifestsGit git) => (Repository, Git) = (repository, git);

    public ManifestsRepository Repository { get; }

    /// <summary>Runs git, for the writer.</summary>
    public ManifestsGit Git { get; }

    /// <summary>The folder of the clone.</summary>
    public string Folder => Path.Combine(temporary.FullName, "clone");

    /// <summary>Clones the branch.</summary>
    public static async Task<ManifestsClone> OpenAsync(ManifestsRepository repository, ProcessRunner processes, CancellationToken cancellation)
    {
        var clone = new ManifestsClone(repository, new(repository, processes));
        try
        {
            await clone.Git.AskAsync(clone.temporary.FullName, cancellation,
                "clone", "--quiet", "--single-branch", "--no-tags", $"--depth={Depth}", "--branch", repository.Branch, "--", repository.Url, "clone");
            return clone;
        }
        catch
        {
            clone.Dispose();
            throw;
        }
    }

    /// <summary>Brings the clone to what the branch is now, without anything that was committed here.</summary>
    public async Task UpdateAsync(CancellationToken cancellation)
    {
        await Git.AskAsync(Folder, cancellation, "fetch", "--quiet", "--no-tags", "origin", Repository.Branch);
        await RunAsync(cancellation, "reset", "--quiet", "--hard", "FETCH_HEAD");
        await RunAsync(cancellation, "clean", "-ffdxq");
    }

    /// <summary>The commit that the clone is at.</summary>
    public Task<string> HeadAsync(CancellationToken cancellation) => RunAsync(cancellation, "rev-parse", "HEAD");

    /// <summary>The tree of a folder in a commit; null where the commit has no such folder, or is not known here.</summary>
    public async Task<string?> FindTreeAsync(string commit, string path, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(cancellation, "rev-parse", "--verify", "--quiet", $"{commit}:{path}");
        }
        catch (CommandFailedException)
        {
            return null;
        }
    }

    /// <summary>Whether a commit is known here.</summary>
    public async Task<bool> HasAsync(string commit, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(cancellation, "cat-file", "-e", $"{commit}^{{commit}}");
            return true;
        }
        catch (CommandFailedException)
        {
            return false;
        }
    }

    /// <summary>The tree of a folder as it lies in the clone's files now.</summary>
    public async Task<string?> StagedTreeAsync(string path, CancellationToken cancellation)
    {
        await RunAsync(cancellation, "add", "--all", "--force", "--", ".");
        return await FindTreeAsync(await RunAsync(cancellation, "write-tree"), path, cancellation);
    }

    /// <summary>Whether a commit is the other one, or stands upon it.</summary>
    public async Task<bool> IsSinceAsync(string commit, string ancestor, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(cancellation, "merge-base", "--is-ancestor", ancestor, commit);
            return true;
        }
        catch (CommandFailedException)
        {
            return false;
        }
    }

    /// <summary>The commit that a deployment made for a region; null where there is none.</summary>
    public async Task<string?> FindCommitAsync(DeploymentId deployment, string region, CancellationToken cancellation)
    {
        while (true)
        {
            var log = await RunAsync(cancellation, "log", $"--format=%H|%ct|%(trailers:key={CommitMessage.DeploymentTrailer},valueonly,separator=%x2C)|%(trailers:key={CommitMessage.RegionTrailer},valueonly,separator=%x2C)", "HEAD");
            ImmutableArray<string[]> commits = [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split('|')).Where(parts => parts.Length == 4)];
            if (commits.FirstOrDefault(parts => parts[2] == deployment.Value && parts[3] == region) is { } found)
                return found[0];
            if (commits.IsEmpty || TimeOf(commits[^1][1]) < deployment.BeganAt - ClockTolerance || await RunAsync(cancellation, "rev-parse", "--is-shallow-repository") != "true")
                return null;
            await Git.AskAsync(Folder, cancellation, "fetch", "--quiet", "--no-tags", $"--deepen={Deeper}", "origin", Repository.Branch);
        }
    }

    /// <summary>Short lines about the commits of others to a folder since another commit, newest first; as far as the clone reaches.</summary>
    public async Task<ImmutableArray<string>> OthersAsync(string since, string path, CancellationToken cancellation) =>
        [.. (await RunAsync(cancellation, "log", "--format=%h %an: %s", $"{since}..HEAD", "--", path)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>What the last commits to a folder wrote and took away, as text; as far as the clone reaches.</summary>
    public Task<string> HistoryAsync(string path, int commits, CancellationToken cancellation) =>
        RunAsync(cancellation, "log", "--patch", $"--max-count={commits}", "--format=", "--unified=0", "HEAD", "--", path);

    /// <summary>Commits what lies in the clone's files; signed off by git's own user where the machine has one.</summary>
    public async Task<string> CommitAsync(string message, CancellationToken cancellation)
    {
        var identity = await HasUserAsync(cancellation) ? Array.Empty<string>() : ["-c", $"user.name={CommitMessage.Name}", "-c", $"user.email={CommitMessage.Address}"];
        var file = Path.Combine(temporary.FullName, "message");
        await File.WriteAllTextAsync(file, message, cancellation);
        await RunAsync(cancellation, [.. identity, "commit", "--quiet", "--signoff", "--allow-empty-message", "--file", file]);
        return await HeadAsync(cancellation);
    }

    /// <summary>Makes a folder of the clone's files what it was in a commit, until the next update.</summary>
    public async Task CheckOutAsync(string commit, string path, CancellationToken cancellation)
    {
        await RunAsync(cancellation, "rm", "-r", "--quiet", "--ignore-unmatch", "--", path);
        await RunAsync(cancellation, "checkout", "--quiet", commit, "--", path);
    }

    /// <summary>Writes an archive of a folder of HEAD into a file.</summary>
    public Task ArchiveAsync(string path, string file, CancellationToken cancellation) => RunAsync(cancellation, "archive", "--format=tar", $"--output={file}", "HEAD", "--", path);

    public void Dispose() => temporary.Delete(recursive: true);

    async Task<bool> HasUserAsync(CancellationToken cancellation)
    {
        try
        {
            return (await RunAsync(cancellation, "config", "user.email")).Length > 0 && (await RunAsync(cancellation, "config", "user.name")).Length > 0;
        }
        catch (CommandFailedException)
        {
            return false;
        }
    }

    async Task<string> RunAsync(CancellationToken cancellation, params IEnumerable<string> arguments) => (await Git.RunAsync(Folder, cancellation, arguments)).Trim();

    static DateTimeOffset TimeOf(string seconds) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
}
