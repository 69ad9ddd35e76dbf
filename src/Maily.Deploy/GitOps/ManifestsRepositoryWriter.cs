using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Processes;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.GitOps;

/// <summary>Brings commits to the repository; only a step's permit opens it. It never forces: what others pushed stays.</summary>
sealed class ManifestsRepositoryWriter(ManifestsClone clone, GitOpsSettings settings, ChangePermit permit, TimeProvider time)
{
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Writes a folder, commits and pushes. Where others pushed meanwhile it is made again upon what they made, unless they changed the
    /// same folder. Safe to repeat: a folder that is as wanted already makes no commit.
    /// </summary>
    /// <param name="path">The folder, relative.</param>
    /// <param name="message">The commit's message.</param>
    /// <param name="write">Makes the folder's files.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <returns>The commit that was made; null where none was needed.</returns>
    /// <exception cref="PushOvertakenException">Others were faster each time.</exception>
    /// <exception cref="PushRefusedException">The server refuses by a rule.</exception>
    /// <exception cref="FolderOvertakenException">Others changed the folder.</exception>
    public async Task<string?> PutAsync(string path, string message, Func<CancellationToken, Task> write, CancellationToken cancellation)
    {
        var first = await clone.HeadAsync(cancellation);
        var before = await clone.FindTreeAsync(first, path, cancellation);
        string? pushed = null;
        return await Retry().ExecuteAsync(async token =>
        {
            await clone.UpdateAsync(token);
            if (pushed is not null && await clone.IsSinceAsync("HEAD", pushed, token))
                return pushed;
            var found = await clone.FindTreeAsync("HEAD", path, token);
            await write(token);
            var wanted = await clone.StagedTreeAsync(path, token);
            if (found == wanted)
                return null;
            if (found != before)
                throw new FolderOvertakenException(path, string.Join(Environment.NewLine, await clone.OthersAsync(first, path, token)));
            pushed = await clone.CommitAsync(message, token);
            await PushAsync(token);
            return pushed;
        }, cancellation);
    }

    async Task PushAsync(CancellationToken cancellation)
    {
        permit.ThrowIfExpired();
        try
        {
            await permit.BoundAsync(token => clone.Git.RunAsync(clone.Folder, token, "push", "--porcelain", "--quiet", "origin", $"HEAD:refs/heads/{clone.Repository.Branch}"), cancellation);
        }
        catch (CommandFailedException failed)
        {
            throw Judge(failed);
        }
    }

    DeployException Judge(CommandFailedException failed)
    {
        var text = failed.Evidence ?? "";
        bool Says(params string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        // Overtaken between the server's advertisement and its lock: it names neither as a rejection of ours.
        if (Says("[rejected]", "fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value", "reference already exists"))
            return new PushOvertakenException(clone.Repository, settings.PushRetries + 1, failed);
        return Says("remote rejected", "hook declined", "protected branch") ? new PushRefusedException(clone.Repository, failed) : clone.Git.Explain(failed) ?? failed;
    }

    ResiliencePipeline Retry() => new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
    {
        MaxRetryAttempts = settings.PushRetries, BackoffType = DelayBackoffType.Exponential, Delay = settings.PushPause, MaxDelay = LongestPause, UseJitter = true,
        ShouldHandle = new PredicateBuilder().Handle<PushOvertakenException>().Handle<ManifestsUnreachableException>(),
    }).Build();
}
