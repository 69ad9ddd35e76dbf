using System.Collections.Immutable;

namespace Maily.Deploy.GitOps;

/// <summary>What is to be done about an Application next.</summary>
enum ArgoNext
{
    /// <summary>Nothing: it is on its way.</summary>
    Wait,

    /// <summary>It must be asked to look at the repository again.</summary>
    Refresh,

    /// <summary>It must be asked to sync: it does not do so by itself.</summary>
    Sync,

    /// <summary>The wanted commit is synced; how healthy it is, is another matter.</summary>
    Synced,

    /// <summary>The wanted commit is synced and healthy.</summary>
    Healthy,
}

/// <summary>
/// Remembers how one Application went since a refresh was asked for, and decides what comes next. What it said before that refresh
/// does not count: Synced and Healthy are said of the commit before, and of the one before that.
/// </summary>
/// <param name="before">The Application just before the refresh was asked for.</param>
/// <param name="wanted">The commit, for texts.</param>
/// <param name="mustOperate">Whether it is told to sync even if it would do so by itself, which it does not where nothing is left in the folder.</param>
/// <param name="patience">How long what may last.</param>
/// <param name="time">The clock.</param>
sealed class ApplicationProgress(ArgoApplication before, string wanted, bool mustOperate, ArgoPatience patience, TimeProvider time)
{
    readonly DateTimeOffset began = time.GetUtcNow();
    DateTimeOffset lastActivity = time.GetUtcNow();
    DateTimeOffset lastRefresh = time.GetUtcNow();
    DateTimeOffset? faultySince;
    string? activity;

    /// <summary>Where it stands, for people.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Goes on after its workloads were waited for: a while in which nobody looked at it is neither silence nor a lasting fault.</summary>
    public void Resume() => (lastActivity, faultySince) = (time.GetUtcNow(), null);

    /// <summary>Decides.</summary>
    /// <param name="application">As it is now.</param>
    /// <param name="isWanted">Whether a commit holds what is wanted in the region's folder.</param>
    /// <exception cref="ApplicationFailedException">It will not get there, or not in time.</exception>
    public ArgoNext Decide(ArgoApplication application, Func<string, bool> isWanted)
    {
        var now = time.GetUtcNow();
        if (application.Activity != activity)
            (activity, lastActivity) = (application.Activity, now);
        var (next, text, isFault) = Look(application, isWanted, now);
        Text = text;
        faultySince = isFault ? faultySince ?? now : null;
        if (faultySince is { } since && now - since >= patience.Tolerance)
            throw Failure(application, text);
        if (next is not ArgoNext.Healthy && now - began >= patience.Total)
            throw Failure(application, $"is not done after {Say(patience.Total)}: {text}");
        if (next is not ArgoNext.Healthy && now - lastActivity >= patience.NoActivity)
            throw Failure(application, $"did not change for {Say(patience.NoActivity)}: {text}");
        if (next == ArgoNext.Refresh)
            lastRefresh = now;
        return next;
    }

    (ArgoNext Next, string Text, bool IsFault) Look(ArgoApplication application, Func<string, bool> isWanted, DateTimeOffset now)
    {
        // Argo CD takes the request away with the same write that says what it found. Its times have whole seconds, and prove nothing.
        if (application.IsRefreshPending || application.ReconciledAt is null)
            return (ArgoNext.Wait, "waits until Argo CD looks at the repository", false);
        var isOfWanted = application.SyncRevisions is { IsEmpty: false } compared && compared.All(isWanted);
        if (HasFailed(application, isWanted))
            throw Failure(application, $"could not sync: {application.OperationPhase}, {application.OperationMessage}");
        if (application.IsOperating)
            return (ArgoNext.Wait, $"syncs: {application.OperationMessage ?? "has not begun yet"}", false);
        // Before its errors: that it does not sync by itself, and why not, is no fault where it is told to.
        if (isOfWanted && application.SyncStatus == "OutOfSync" && !HasSynced(application, isWanted) && MustBeTold(application))
            return (ArgoNext.Sync, $"is out of sync with {wanted[..7]}", false);
        if (application.Errors.FirstOrDefault() is { } error && application.SyncStatus != "Synced")
            return (now - lastRefresh >= patience.Refresh ? ArgoNext.Refresh : ArgoNext.Wait, error, true);
        if (!isOfWanted)
            return (now - lastRefresh >= patience.Refresh ? ArgoNext.Refresh : ArgoNext.Wait, $"was compared with {Short(application.SyncRevisions)}, wanted is {wanted[..7]}", false);
        return application.SyncStatus switch
        {
            "Synced" when IsComparedSinceOperation(application) => OfHealth(application),
            "OutOfSync" when HasSynced(application, isWanted) => (ArgoNext.Wait, $"was synced and is out of sync all the same: {string.Join("; ", application.OutOfSync.Take(3))}", true),
            var status => (ArgoNext.Wait, $"is {status ?? "of unknown sync"} with {wanted[..7]}", false),
        };
    }

    static (ArgoNext, string, bool) OfHealth(ArgoApplication application) => application.Health switch
    {
        "Healthy" => (ArgoNext.Healthy, "is synced and healthy", false),
        "Degraded" => (ArgoNext.Synced, $"is synced and degraded: {string.Join("; ", application.Unhealthy.Take(3))}", true),
        var health => (ArgoNext.Synced, $"is synced and {health?.ToLowerInvariant() ?? "of unknown health"}{string.Concat(application.Unhealthy.Take(1).Select(one => $": {one}"))}", false),
    };

    // Only an operation that began since counts, and only for the wanted commit: Argo CD keeps the last one for ever.
    bool HasFailed(ArgoApplication application, Func<string, bool> isWanted) =>
        application.OperationPhase is "Failed" or "Error" && !application.IsOperating && application.OperationStartedAt != before.OperationStartedAt
        && (application.OperationRevisions.IsEmpty || application.OperationRevisions.All(isWanted));

    // By itself it tries a commit once, and never one that leaves nothing.
    bool MustBeTold(ArgoApplication application) => mustOperate || !application.SyncsByItself || application.OperationPhase is "Failed" or "Error";

    bool HasSynced(ArgoApplication application, Func<string, bool> isWanted) =>
        application.OperationPhase == "Succeeded" && application.OperationStartedAt != before.OperationStartedAt && IsComparedSinceOperation(application)
        && application.OperationRevisions is { IsEmpty: false } synced && synced.All(isWanted);

    // Both times are the controller's own; what was compared before the operation ended says nothing of its result.
    static bool IsComparedSinceOperation(ArgoApplication application) =>
        application.OperationFinishedAt is not { } finished || string.CompareOrdinal(application.ReconciledAt, finished) >= 0;

    ApplicationFailedException Failure(ArgoApplication application, string fact) => new(application, fact, wanted);

    static string Short(ImmutableArray<string> revisions) => revisions.IsEmpty ? "nothing" : string.Join(", ", revisions.Select(revision => revision.Length > 7 ? revision[..7] : revision));

    static string Say(TimeSpan span) => span.TotalMinutes >= 2 ? $"{span.TotalMinutes:0.#} minutes" : $"{span.TotalSeconds:0.#} seconds";
}

/// <summary>Argo CD did not bring a commit to a cluster.</summary>
public sealed class ApplicationFailedException : DeployException
{
    readonly ArgoApplication application;
    readonly string fact;
    readonly string revision;

    internal ApplicationFailedException(ArgoApplication application, string fact, string revision, string? more = null)
        : base($"The Application {application.Name} {fact.TrimEnd('.')}.", RemedyOf(application), EvidenceOf(application, more)) =>
        (this.application, this.fact, this.revision) = (application, fact, revision);

    /// <summary>The commit that was wanted.</summary>
    public string Revision => revision;

    internal ApplicationFailedException With(string? more) => string.IsNullOrWhiteSpace(more) ? this : new(application, fact, revision, more);

    static string RemedyOf(ArgoApplication application) => application switch
    {
        { IsRefreshPending: true } => $"Argo CD does not take up what it is asked: see whether its application controller runs (`kubectl -n {application.Live.Key.Namespace} get pods`).",
        _ when application.OperationFaults.Any() => "Correct what the cluster refuses, then deploy again.",
        _ when application.Errors.Any() => "Correct what Argo CD cannot read or compare, then deploy again.",
        _ when application.Unhealthy.Any() => "See the unhealthy objects above, with their pods and events.",
        _ => $"See `kubectl -n {application.Live.Key.Namespace} describe application {application.Name}`.",
    };

    static string? EvidenceOf(ArgoApplication application, string? more) => string.Join(Environment.NewLine,
        application.OperationFaults.Concat(application.Errors).Concat(application.Unhealthy).Concat(application.OutOfSync).Distinct(StringComparer.Ordinal).Take(10).Append(more).Where(line => !string.IsNullOrWhiteSpace(line)));
}
