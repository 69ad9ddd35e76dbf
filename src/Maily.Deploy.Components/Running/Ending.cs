using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Reports;
using Microsoft.Extensions.Logging;
using Nuke.Common.Execution;

namespace Maily.Deploy.Components;

/// <summary>Ends a run: journal, release record, lease, report, exit code.</summary>
sealed class Ending(IHazDeployment build)
{
    const int Cancelled = 130;

    DeploymentSession Session => build.Session;

    /// <summary>
    /// Ends the run. One that neither deployed nor was refused (Validate alone) leaves no report, nor does
    /// one that could not even read what it is about.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Session.NoteFailures(build);
        var outcome = Session.Outcome;
        // Until the journal is ended and the report stands, a deployment is not known to have succeeded.
        build.ExitCode = ExitCodeOf(Session.Deployment is null ? outcome : DeploymentOutcome.NeedsAttention);
        if (Session.Deployment is null && (outcome == DeploymentOutcome.Succeeded || !Session.IsLoaded))
            return;
        var toDo = await EndAsync(cancellation);
        outcome = toDo.IsEmpty ? outcome : DeploymentOutcome.NeedsAttention;
        // Told without the token: what a run that was cut off leaves must be known all the same.
        var loaded = await Session.LoadAsync(build, CancellationToken.None);
        var report = Compose(loaded, outcome) with { ToDo = toDo };
        if (Session.Deployment is { } deployment)
            report = ReportComposer.Fill(report, deployment.State, deployment.Compensated);
        var path = await ReportFiles.WriteAsync(build.RootDirectory / "artifacts" / "deployments" / loaded.Id.Value, report, CancellationToken.None);
        loaded.Log.LogInformation("{Deployment} {Outcome}{Unchanged}: {Path}", loaded.Id, outcome, report.IsUnchanged ? ", nothing changed" : "", path);
        foreach (var line in report.ToDo)
            loaded.Log.LogWarning("A person must act: {What}", line);
        build.ExitCode = ExitCodeOf(outcome);
    }

    int? ExitCodeOf(DeploymentOutcome outcome) => outcome switch
    {
        // Not 0: a target of the team's own may fail the build yet, or was let fail.
        DeploymentOutcome.Succeeded => null,
        DeploymentOutcome.NeedsAttention => 2,
        _ when Session.IsCancelled => Cancelled,
        DeploymentOutcome.RolledBack => 1,
        _ => 3,
    };

    async Task<ImmutableArray<string>> EndAsync(CancellationToken cancellation)
    {
        if (Session.Deployment is not { } deployment)
            return [];
        try
        {
            await deployment.EndAsync(Session.FirstFailure is null, cancellation);
            return [];
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return [$"{deployment.Context.Id} was cut off while it was being undone or ended: `./build.sh Rollback` goes on with it, from any machine"];
        }
        catch (Exception lost)
        {
            return [Session.Redact(lost.Message)];
        }
        finally
        {
            await deployment.DisposeAsync();
        }
    }

    DeploymentReport Compose(DeploymentSession.Loaded loaded, DeploymentOutcome outcome) => new()
    {
        Id = loaded.Id.Value, Environment = build.Environment, Commit = loaded.Facts.Commit, Outcome = outcome, Cancelled = Session.IsCancelled,
        StartedAt = Session.StartedAt, EndedAt = Session.Time.GetUtcNow(), FirstCause = CauseOf(Session.FirstFailure),
        Targets = [.. build.ExecutionPlan.Select(TargetOf)],
        FarSides = new ReportedFarSides(ImmutableDictionary<string, string>.Empty, [], null),
    };

    static ReportedCause? CauseOf((string Target, Exception Exception)? failure) => failure switch
    {
        null => null,
        { Exception: DeployException known } => new(failure.Value.Target, known.Fact, known.Evidence, known.Remedy),
        { Exception: OperationCanceledException } => new(failure.Value.Target, "The run was cancelled.", null, null),
        _ => new(failure.Value.Target, failure.Value.Exception.Message, failure.Value.Exception.GetType().Name, null),
    };

    // This target itself has succeeded once the file with this line exists.
    ReportedTarget TargetOf(ExecutableTarget target) => new(
        target.Name, target.Name == nameof(IReport.Report) ? "succeeded" : StatusOf(target.Status),
        target.Duration.TotalSeconds, target.Skipped ?? target.OnlyWhen);

    string StatusOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Succeeded or ExecutionStatus.Collective => "succeeded",
        ExecutionStatus.Failed => "failed",
        ExecutionStatus.Skipped => "skipped",
        ExecutionStatus.Aborted => "aborted",
        // The pipeline's own target has nothing to run: it is done when all that it needs is.
        _ when Session.FirstFailure is null => "succeeded",
        _ => "notRun",
    };
}
