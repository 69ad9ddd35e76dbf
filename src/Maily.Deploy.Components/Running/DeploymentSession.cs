using System.Collections.Immutable;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Git;
using Maily.Deploy.Processes;
using Maily.Deploy.Reports;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging;
using Nuke.Common;
using Nuke.Common.Execution;

namespace Maily.Deploy.Components;

/// <summary>What the targets of one run share: variables, definition, store, the deployment, and the first failure.</summary>
public sealed class DeploymentSession
{
    readonly Lock gate = new();
    Loaded? loaded;

    /// <summary>The clock of the run.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The deployment, once Prepare has begun it.</summary>
    public Deployment? Deployment { get; private set; }

    /// <summary>The first failure of the run and its target; what followed from it does not matter.</summary>
    public (string Target, Exception Exception)? FirstFailure { get; private set; }

    /// <summary>When the run began.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>How the run ends, as things stand.</summary>
    public DeploymentOutcome Outcome => Deployment?.OutcomeOf(FirstFailure is null) switch
    {
        null => FirstFailure is null ? DeploymentOutcome.Succeeded : DeploymentOutcome.Refused,
        DeploymentOutcome.RolledBack when WasRefused => DeploymentOutcome.Refused,
        var outcome => outcome.Value,
    };

    // What refuses, a backup above all, before anything that is live was touched, also if that was undone; images that were built beside it only add.
    bool WasRefused => FirstFailure is { Exception: DeployException { Kind: FailureKind.Refused } } && !Deployment!.HasChangedWhatIsLive;

    /// <summary>Whether the run was cancelled rather than failed by itself.</summary>
    public bool IsCancelled => FirstFailure?.Exception is OperationCanceledException;

    /// <summary>Whether something was begun that must be undone.</summary>
    public bool MustCompensate(INukeBuild build)
    {
        NoteFailures(build);
        return Deployment is not null && FirstFailure is not null;
    }

    /// <summary>Whether what was read at the beginning is there; false when reading it was what failed.</summary>
    public bool IsLoaded => loaded is not null;

    /// <summary>
    /// The targets of the run that are not left out. Validate alone answers for a whole deployment: then it is all stages but
    /// those that a flag leaves out.
    /// </summary>
    public static ImmutableArray<string> Planned(IHazDeployment build, Pipeline pipeline) =>
        build.InvokedTargets.Any(target => target.Name != nameof(IValidate.Validate))
            ? [.. build.ExecutionPlan.Where(target => !IsLeftOut(target)).Select(target => target.Name)]
            : [.. pipeline.Stages.Where(stage => stage.Skip is not { } part || !build.IsSkipped(part)).Select(stage => stage.Name)];

    /// <summary>Takes the run's secrets out of a text.</summary>
    public string Redact(string text) => loaded is { } known ? known.Redact(text) : text;

    /// <summary>Reads variables and definition once.</summary>
    public async Task<Loaded> LoadAsync(IHazDeployment build, CancellationToken cancellation)
    {
        if (loaded is not null)
            return loaded;
        StartedAt = Time.GetUtcNow();
        var variables = await VariablesLoader.LoadAsync(
            build.Environment, build.RootDirectory, Needed(build), build.VariableSources, cancellation);
        var facts = await new GitReader(new ProcessRunner(Time)).ReadAsync(build.RootDirectory, cancellation) ?? throw new NoCommitException(build.RootDirectory);
        var redactor = SecretRedactor.For(variables, VariableRules.SecretNames);
        var log = new RedactingLogger(redactor.Redact);
        return loaded = new Loaded(variables, build.Define(variables), facts, log, DeploymentId.Create(Time, facts.Commit)) { Redact = redactor.Redact };
    }

    // A rollback may have to undo any stage, Drift looks at all, and every run must find the one journal that all others write.
    static ImmutableArray<string> Needed(IHazDeployment build) =>
        build.ExecutionPlan.Any(target => target.Name is nameof(IRollback.Rollback) or nameof(IRestore.Restore) or nameof(IDrift.Drift))
            ? [.. VariableRules.Names, BackupKeys.Variable]
            : [.. VariableRules.NeededBy(Planned(build, StandardPipeline.Create())).Append("SUPABASE_DB_URL").Distinct(StringComparer.Ordinal)];

    /// <summary>Opens the durable memory of deployments; files of this machine serve only where no person must consent.</summary>
    /// <exception cref="NoJournalPlaceException">Nothing says where it is.</exception>
    public async Task<IDeploymentStore> OpenStoreAsync(IHazDeployment build, CancellationToken cancellation)
    {
        var (variables, definition, _, _, _) = await LoadAsync(build, cancellation);
        return DeploymentStores.Open(variables, definition.Policy.RequiresConfirmation ? null : build.RootDirectory / ".nuke" / "deployments", Time);
    }

    /// <summary>Takes the lease and begins the journal, or goes on with the one of an unfinished deployment.</summary>
    public async Task StartAsync(IHazDeployment build, bool resume, CancellationToken cancellation)
    {
        var (_, definition, _, _, _) = await LoadAsync(build, cancellation);
        var (store, request) = (await OpenStoreAsync(build, cancellation), await RequestAsync(build, cancellation) with { HonoursHold = true });
        if (!resume)
        {
            await ReportFiles.ReserveAsync(Path.Combine(request.Folder, request.Id.Value), cancellation);
            Deployment = await Deployment.StartAsync(definition, store, request, cancellation);
            return;
        }

        await store.PrepareAsync(cancellation);
        var id = Resumption.Decide((await store.ListAsync(build.Environment, 1, cancellation)).FirstOrDefault(), request);
        var resumed = await Deployment.ContinueAsync(definition, store, request, id, cancellation);
        if (resumed.State.Outcome is not null)
        {
            // Its holder ended it while this run waited for the lease.
            await resumed.DisposeAsync();
            throw new CannotResumeException($"{id} has ended meanwhile.", "See `./build.sh Status`; deploy without --resume.");
        }

        if (resumed.State.IsBeingUndone)
        {
            await resumed.DisposeAsync();
            throw new CannotResumeException($"Undoing {id} has begun already.", "`./build.sh Rollback` goes on undoing it; then deploy anew.");
        }

        (Deployment, loaded) = (resumed, loaded! with { Id = id });
    }

    /// <summary>What the build asks for.</summary>
    public async Task<DeploymentRequest> RequestAsync(IHazDeployment build, CancellationToken cancellation)
    {
        var (variables, definition, facts, log, id) = await LoadAsync(build, cancellation);
        var planned = Planned(build, definition.Pipeline);
        return new DeploymentRequest
        {
            Id = id, Environment = build.Environment, Commit = facts.Commit, Log = log, Redact = loaded!.Redact, Time = Time,
            Folder = build.RootDirectory / "artifacts" / "deployments",
            Wait = build.Wait is { } wait ? Duration.Parse(wait) : TimeSpan.Zero,
            LeaseLifetime = LeaseLifetime.From(variables),
            Plan = build is IHazPlanFile { PlanFile: { } file } ? await SavedPlan.ReadAsync(file, cancellation) : null,
            Stages = planned,
            IsConsented = Consent.IsGiven(build, definition.Policy),
            Strategy = GitOps.Strategy.Parse((build as IHazStrategy)?.Strategy),
            Accepted =
            [
                .. build is IHazDatabaseConsent consenting ? consenting.DatabaseConsent.Lines : [],
                .. build is IHazClusterFlags { ForceConflicts: true } ? ["fields of other managers are taken over (--force-conflicts)"] : System.Array.Empty<string>(),
                .. build is IHazImageFlags { AllowDirty: true } ? ["images may hold what no commit has (--allow-dirty)"] : System.Array.Empty<string>(),
                .. build is IHazScanConsent scanning ? scanning.ScanConsent.Lines : [],
            ],
            Skipped = [.. definition.Pipeline.Stages.Where(stage => stage.Skip is { } part && build.IsSkipped(part) || IsLeftOut(build, stage.Name)).Select(stage => stage.Name)],
        };
    }

    /// <summary>Runs one target's work, and remembers the first failure of the run.</summary>
    public async Task GuardAsync(string target, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            var shown = QuotesSecret(failure) ? new RedactedException(failure, Redact) : failure;
            lock (gate)
                FirstFailure ??= (target, shown);
            if (shown == failure)
                throw;
            throw shown;
        }
    }

    // An error of a foreign library may quote what it was given: a connection string, an address with a token.
    bool QuotesSecret(Exception failure) =>
        failure is not OperationCanceledException && failure.ToString() is var text && Redact(text) != text;

    /// <summary>Runs the stage of that name.</summary>
    public Task RunStageAsync(INukeBuild build, string stage, StopSignals signals) => GuardAsync(stage, () =>
    {
        if (Deployment is not null)
            return Deployment.RunStageAsync(stage, signals);
        // Without Prepare there is no Report that would set it.
        build.ExitCode = CheckReport.RefusedExitCode;
        throw new NotPreparedException(stage);
    });

    /// <summary>
    /// Takes what happened outside of the stages for a failure of the run: a target of the team's own failed, or the run was
    /// stopped between two targets. Else half a deployment would pass for a whole one.
    /// </summary>
    public void NoteFailures(INukeBuild build)
    {
        lock (gate)
            FirstFailure ??= FailureOutside(build);
    }

    static (string Target, Exception Exception)? FailureOutside(INukeBuild build) =>
        build.FailedTargets.FirstOrDefault(target => !target.ProceedAfterFailure) is { } failed ? (failed.Name, new OtherTargetFailedException(failed.Name))
        : build.IsFailing && build.ExecutionPlan.FirstOrDefault(IsCutOff) is { } cut ? (cut.Name, new OperationCanceledException())
        : null;

    static bool IsCutOff(ExecutableTarget target) =>
        target is { AssuredAfterFailure: false, Actions.Count: > 0, Status: ExecutionStatus.Scheduled or ExecutionStatus.NotRun };

    static bool IsLeftOut(INukeBuild build, string stage) =>
        build.ExecutionPlan.Any(target => target.Name == stage && IsLeftOut(target));

    // A target that was asked for by name stays scheduled, though its flag leaves it out.
    static bool IsLeftOut(ExecutableTarget target) => target.Status == ExecutionStatus.Skipped || target.OnlyWhen is not null;

    /// <summary>What was read at the beginning of the run.</summary>
    public sealed record Loaded(Variables Variables, DeploymentDefinition Definition, GitFacts Facts, ILogger Log, DeploymentId Id)
    {
        /// <summary>Takes the run's secrets out of texts.</summary>
        public required Func<string, string> Redact { get; init; }
    }
}

/// <summary>The repository has no commit, so that nothing can be named by it.</summary>
public sealed class NoCommitException(string folder)
    : DeployException($"{folder} is no git repository with a commit.", "Deploy from a clone of the repository.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A stage was run without a deployment.</summary>
public sealed class NotPreparedException(string stage)
    : DeployException($"{stage} cannot run: no deployment was begun.", "Do not skip Prepare; it takes the lease and begins the journal.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A target that is no stage of the pipeline failed, so that the deployment is not complete.</summary>
public sealed class OtherTargetFailedException(string target)
    : DeployException($"{target} failed.", "Its error stands in the log of that target.");
