using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Reports;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>
/// Runs a rollback, writes a report of each deployment that it undid, tells Slack, and sets the exit code: 0 undone, 2 a
/// person must act, 3 nothing to go back to, 130 cancelled with nothing half undone.
/// </summary>
sealed class RollingBack(IHazDeployment build)
{
    const int NeedsPerson = 2;
    const int Refused = 3;
    const int Cancelled = 130;

    readonly DateTimeOffset begun = build.Session.Time.GetUtcNow();
    bool hasUndone;

    /// <summary>Rolls back to <paramref name="to"/>, or to the release before the current one; or undoes only what is unfinished.</summary>
    public async Task RunAsync(string? to, bool unfinishedOnly, StopSignals signals)
    {
        // Until it is done, nobody knows how far it came.
        build.ExitCode = NeedsPerson;
        try
        {
            // Guarded: an error of a foreign library may quote a secret.
            await build.Session.GuardAsync(nameof(IRollback.Rollback), () => UndoAsync(to, unfinishedOnly, signals));
        }
        catch (DeployException refused) when (refused.Kind == FailureKind.Refused && !hasUndone)
        {
            build.ExitCode = Refused;
            throw;
        }
        catch (OperationCanceledException) when (!hasUndone && signals.Stop.IsCancellationRequested)
        {
            build.ExitCode = Cancelled;
            throw;
        }
    }

    async Task UndoAsync(string? to, bool unfinishedOnly, StopSignals signals)
    {
        var toNothing = RollbackOptions.Nothing.Equals(to, StringComparison.OrdinalIgnoreCase);
        var goal = to is null || toNothing ? default(DeploymentId?) : DeploymentId.Parse(to);
        var session = await build.Session.LoadAsync(build, signals.Abort);
        await using var store = await build.Session.OpenStoreAsync(build, signals.Abort);
        var request = await build.Session.RequestAsync(build, signals.Abort);
        var options = new RollbackOptions { To = goal, ToNothing = toNothing, UnfinishedOnly = unfinishedOnly, Before = (plan, journals, cancellation) => CheckAsync(session, plan, journals, cancellation), Ended = undone => TellAsync(session, undone) };
        Say(session.Log, await Rollback.RunAsync(session.Definition, store, request, options, signals));
    }

    static async Task CheckAsync(DeploymentSession.Loaded session, RollbackPlan plan, ImmutableArray<JournalState> journals, CancellationToken cancellation)
    {
        if (session.Definition.RollbackCheck is not { } check)
            return;
        var result = await check(plan, journals, cancellation);
        if (result.Outcome == CheckOutcome.Failed)
            throw new RollbackUnfitException(result);
        session.Log.Log(result.Outcome == CheckOutcome.Passed ? LogLevel.Information : LogLevel.Warning, "{Fact}", result.Fact);
    }

    /// <summary>Told without the token: what an aborted rollback left behind must be known all the same.</summary>
    async Task TellAsync(DeploymentSession.Loaded session, UndoneDeployment undone)
    {
        hasUndone = true;
        var now = build.Session.Time.GetUtcNow();
        var report = ReportComposer.OfRollback(undone, new ReportedRollback(Operator.Name, undone.NowLive?.Deployment.Value, begun), now, session.Redact);
        var path = await ReportFiles.WriteAsync(build.RootDirectory / "artifacts" / "deployments" / undone.Header.Id, report, CancellationToken.None);
        foreach (var line in report.Undone.Concat(report.Leftovers))
            session.Log.LogInformation("{Line}", line);
        session.Log.LogInformation("{Deployment} {Outcome}: {Path}", undone.Header.Id, undone.Outcome, path);
        foreach (var line in report.ToDo)
            session.Log.LogError("A person must act: {What}", line);
        await Announcement.RolledBackAsync(build, undone, now - begun, CancellationToken.None);
    }

    void Say(ILogger log, RollbackResult result)
    {
        var goal = result.Target is null ? "as it was before the first deployment" : $"{result.Target.Deployment} ({result.Target.Commit[..7]})";
        build.ExitCode = result.NeedsPerson ? NeedsPerson : result.IsCancelled ? Cancelled : null;
        if (result.NothingIsUnfinished)
            log.LogInformation("{Environment}: nothing is unfinished, and nothing was undone", build.Environment);
        else if (result.IsUnchanged)
            log.LogInformation("{Environment} is rolled back already: {Goal}; `./build.sh Rollback --to <id>` goes further back", build.Environment, goal);
        else if (result is { IsCancelled: true, Deployments: [] })
            throw new OperationCanceledException("Nothing was begun.");
        else if (!result.NeedsPerson)
            log.LogInformation("{Environment} is {Goal} again; a hold is set, clear it with `./build.sh Release --reason \"...\"`", build.Environment, goal);
        if (result.IsCancelled)
            log.LogWarning("It was cancelled: no further deployment is undone");
    }
}

/// <summary>What a rollback goes back to would not work; nothing was undone.</summary>
public sealed class RollbackUnfitException(CheckResult result) : DeployException(result.Fact, result.Remedy)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
