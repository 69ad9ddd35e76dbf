using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>What goes wrong inside Vercel, and on the way to it. Safe to use from several threads.</summary>
public sealed class VercelFaults
{
    readonly Lock gate = new();
    readonly Queue<string> builds = [];
    readonly Queue<string> aliasJobs = [];
    readonly Func<HttpFaults> http;

    internal VercelFaults(Func<HttpFaults> http) => this.http = http;

    /// <summary>Faults on the way to the API.</summary>
    public HttpFaults Http => http();

    /// <summary>Makes coming builds fail: state ERROR, code BUILD_FAILED.</summary>
    /// <param name="line">The last line of the build log.</param>
    /// <param name="count">How many builds fail.</param>
    public void FailBuild(string line, int count = 1) => Enqueue(builds, line, count);

    /// <summary>Makes coming promotions and rollbacks end otherwise than well.</summary>
    /// <param name="outcome">
    /// The job's status, <c>failed</c> or <c>skipped</c>; or <c>queued</c>: the call answers 202, as behind an active
    /// rolling release, and nothing happens; or <c>stuck</c>: the job stays in progress.
    /// </param>
    /// <param name="count">How many jobs end so.</param>
    public void EndAliasJob(string outcome, int count = 1)
    {
        if (outcome is not ("failed" or "skipped" or "queued" or "stuck"))
            throw new ArgumentException($"'{outcome}' is not one of failed, skipped, queued, stuck", nameof(outcome));
        Enqueue(aliasJobs, outcome, count);
    }

    /// <summary>Removes every fault.</summary>
    public void Clear()
    {
        Http.Clear();
        lock (gate)
        {
            builds.Clear();
            aliasJobs.Clear();
        }
    }

    internal string? TakeBuildFailure() => Dequeue(builds);

    internal string? TakeAliasOutcome() => Dequeue(aliasJobs);

    void Enqueue(Queue<string> queue, string item, int count)
    {
        lock (gate)
        {
            for (var i = 0; i < count; i++)
                queue.Enqueue(item);
        }
    }

    string? Dequeue(Queue<string> queue)
    {
        lock (gate)
            return queue.TryDequeue(out var item) ? item : null;
    }
}
