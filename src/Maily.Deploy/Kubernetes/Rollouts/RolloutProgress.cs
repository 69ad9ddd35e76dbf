using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Remembers how one rollout went so far, and decides when waiting on is of no use.</summary>
sealed class RolloutProgress(ObjectKey workload, string region, RolloutPatience patience, TimeProvider time)
{
    readonly DateTimeOffset began = time.GetUtcNow();
    readonly Dictionary<(PodProblemKind, string?), DateTimeOffset> since = [];
    DateTimeOffset lastActivity = time.GetUtcNow();
    string? lastStatus;
    string? lastText;

    // What was wrong when a Job still had pods: it removes them when it gives up.
    ImmutableArray<PodProblem> former = [];

    /// <summary>Whether the last judged status reads differently from the one before.</summary>
    public bool HasNews { get; private set; }

    /// <summary>The failure, or null while waiting makes sense.</summary>
    public RolloutFailedException? Judge(RolloutStatus status, KubernetesObject? live, WorkloadPods pods, ImmutableArray<PodProblem> problems)
    {
        var now = time.GetUtcNow();
        Remember(status, live, pods, problems, now);
        var lasting = Lasting(problems, now);
        if (lasting is not null)
            return Failure(lasting.Kind == PodProblemKind.Paused ? "is paused" : "does not get ready", status, [lasting, .. problems.Where(problem => problem != lasting)]);
        if (status.State == RolloutState.Failed)
            return Failure(status.Text, status, problems.IsEmpty ? former : problems);
        if (now - began >= patience.Total)
            return Failure($"is not rolled out after {Say(patience.Total)}", status, problems);
        return DeclaredSilence.Of(live, pods, patience.NoActivity) is { } silence && now - lastActivity >= silence
            ? Failure($"did not change for {Say(silence)}", status, problems) : null;
    }

    // Activity is whatever changes in the status of the workload or of its new pods.
    void Remember(RolloutStatus status, KubernetesObject? live, WorkloadPods pods, ImmutableArray<PodProblem> problems, DateTimeOffset now)
    {
        var present = string.Join('\n', pods.New.OrderBy(pod => pod.Key.Name, StringComparer.Ordinal).Prepend(live).Select(item => item?.Json.At("status")?.ToJsonString()));
        if (present != lastStatus)
            (lastStatus, lastActivity) = (present, now);
        if (!problems.IsEmpty)
            former = problems;
        HasNews = status.Text != lastText;
        lastText = status.Text;
    }

    // By container, not by pod: a crashing pod that is replaced by another crashing one is still the same fault.
    PodProblem? Lasting(ImmutableArray<PodProblem> problems, DateTimeOffset now)
    {
        var present = problems.Select(problem => (problem.Kind, problem.Container)).ToHashSet();
        foreach (var gone in since.Keys.Where(key => !present.Contains(key)).ToArray())
            since.Remove(gone);
        foreach (var key in present)
            since.TryAdd(key, now);
        return problems.FirstOrDefault(problem => ToleranceOf(problem) is { } tolerance && now - since[(problem.Kind, problem.Container)] >= tolerance + problem.Expected);
    }

    // Null: it never ends the waiting by itself.
    TimeSpan? ToleranceOf(PodProblem problem) => problem switch
    {
        { Kind: PodProblemKind.Paused } => TimeSpan.Zero,
        { LacksSecret: true } => patience.MissingSecret,
        { Kind: PodProblemKind.Unschedulable or PodProblemKind.Volume } => patience.Scheduling,
        { Kind: PodProblemKind.NotReady } => patience.Readiness,
        { Kind: PodProblemKind.Starting or PodProblemKind.JobFailure } => null,
        _ => patience.Tolerance,
    };

    RolloutFailedException Failure(string fact, RolloutStatus status, ImmutableArray<PodProblem> problems) =>
        new(workload, region, fact, status.Text, problems);

    static string Say(TimeSpan time) => time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0.#} minutes" : $"{time.TotalSeconds:0.#} seconds";
}

/// <summary>A workload's new pods do not get ready.</summary>
public sealed class RolloutFailedException : DeployException
{
    readonly string fact;
    readonly string status;

    internal RolloutFailedException(ObjectKey workload, string region, string fact, string status, ImmutableArray<PodProblem> problems, string logs = "")
        : base($"{workload} in {region} {fact}.",
            problems.FirstOrDefault()?.Remedy ?? "See `kubectl describe` of the workload and its pods: nothing in their status says why.",
            string.Join(Environment.NewLine, problems.Select(problem => problem.ToString()).Prepend(status).Distinct(StringComparer.Ordinal).Take(6)) + logs) =>
        (Workload, Region, this.fact, this.status, Problems) = (workload, region, fact, status, problems);

    /// <summary>The workload.</summary>
    public ObjectKey Workload { get; }

    /// <summary>The region.</summary>
    public string Region { get; }

    /// <summary>What its new pods say; the first one is why waiting ended.</summary>
    public ImmutableArray<PodProblem> Problems { get; }

    /// <summary>The same error with log lines as further evidence.</summary>
    internal RolloutFailedException With(string logs) => logs.Length == 0 ? this : new(Workload, Region, fact, status, Problems, logs);
}
