using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Deployments;

/// <summary>A far side in memory: values by name, each with the mark of the deployment that set it, and what was asked of it.</summary>
public sealed class FarSide
{
    readonly Lock gate = new();

    public Dictionary<string, (string Value, DeploymentId? By)> Values { get; } = [];

    public List<string> Asked { get; } = [];

    /// <summary>Called at each moment ("apply Stage/name"), may throw.</summary>
    public Func<string, Task> At { get; set; } = _ => Task.CompletedTask;

    public async Task ReachAsync(string moment)
    {
        lock (gate)
            Asked.Add(moment);
        await At(moment);
    }

    public string? this[string name]
    {
        get
        {
            lock (gate)
                return Values.TryGetValue(name, out var found) ? found.Value : null;
        }
    }

    public void Set(string name, string? value, DeploymentId? by)
    {
        lock (gate)
            if (value is null)
                Values.Remove(name);
            else
                Values[name] = (value, by);
    }
}

/// <summary>Sets one value of the far side.</summary>
public sealed class SetStep(FarSide far, string value, StepKind kind) : Step
{
    public override StepKind Kind { get; } = kind;

    public override string? CompensatorType => Kind == StepKind.Additive ? null : "test.set";

    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        await far.ReachAsync($"capture {Id}");
        return RestorePoint.Of(new Former(far[Id.Name]));
    }

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        await far.ReachAsync($"find {Id}");
        if (!far.Values.TryGetValue(Id.Name, out var present) || present.Value != value)
            return Finding.Absent;
        return present.By == context.Id ? Finding.ByThis(Outputs) : Finding.AsWanted(Outputs);
    }

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        context.Permit.ThrowIfExpired();
        await far.ReachAsync($"apply {Id}");
        far.Set(Id.Name, value, context.Permit.Deployment);
        await far.ReachAsync($"applied {Id}");
        return Outputs;
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        await far.ReachAsync($"verify {Id}");
        return Verification.Compare(value, far[Id.Name] ?? "nothing");
    }

    StepOutputs Outputs => StepOutputs.Of(("value", value), ("version", Id.Name));

    public sealed record Former(string? Value);
}

public sealed class SetCompensator(FarSide far) : ICompensator
{
    public string Type => "test.set";

    public async Task<CompensationResult> CompensateAsync(StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        await far.ReachAsync($"undo {step}");
        far.Set(step.Name, restorePoint.Read<SetStep.Former>().Value, null);
        return CompensationResult.Undone($"{step.Name} is as it was");
    }
}

public sealed class SetPlanner(string stage, FarSide far, Func<ImmutableArray<Step>> plan) : IStagePlanner
{
    public string Stage => stage;

    public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult(plan());

    public ImmutableArray<ICompensator> Compensators => [new SetCompensator(far)];
}

/// <summary>An environment with a far side, a file store, and a pipeline of two stages whose steps a test chooses.</summary>
public sealed class World : IDisposable
{
    public const string Environment = "production";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-engine-");
    int ids;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public FarSide Far { get; } = new();

    public IDeploymentStore Store
    {
        get => field ??= new FileDeploymentStore(Path.Combine(folder.FullName, "store"), Time);
        set;
    }

    public Dictionary<string, ImmutableArray<Step>> Plan { get; } = new() { ["Migrate"] = [], ["DeployK8s"] = [] };

    public bool Holds { get; init; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public DeploymentDefinition Definition => new()
    {
        Policy = new EnvironmentPolicy(Environment) { HoldsAfterRollback = Holds },
        Pipeline = new Pipeline([new("Migrate", "first"), new("DeployK8s", "second") { After = ["Migrate"] }]),
        Planners = Plan.Keys.ToImmutableDictionary(stage => stage, stage => (Func<IStagePlanner>)(() => new SetPlanner(stage, Far, () => Plan[stage]))),
    };

    public Step Step(string id, string value, StepKind kind = StepKind.Reversible, params string[] after) =>
        new SetStep(Far, value, kind) { Id = StepId.Parse(id), Title = id, After = [.. after.Select(StepId.Parse)] };

    public DeploymentRequest Request() => new()
    {
        Id = DeploymentId.Parse($"20261123T1953{Interlocked.Increment(ref ids):00}Z-dfce3c5-aaaa"),
        Environment = Environment, Commit = new string('a', 40), Folder = Path.Combine(folder.FullName, "deployments"),
        Log = NullLogger.Instance, Time = Time, Stages = ["Migrate", "DeployK8s"],
    };

    public Task<Deployment> StartAsync(bool consented = false) => Deployment.StartAsync(Definition, Store, Request() with { IsConsented = consented }, Cancellation);

    public Task<Deployment> ContinueAsync(DeploymentId id) => Deployment.ContinueAsync(Definition, Store, Request(), id, Cancellation);

    /// <summary>Deploys as a run does: the stages, undoing after a failure, the end.</summary>
    public async Task<(DeploymentId Id, DeploymentOutcome Outcome, Exception? Failure)> DeployAsync(StopSignals signals = default)
    {
        await using var deployment = await StartAsync();
        Exception? failure = null;
        try
        {
            await deployment.RunStageAsync("Migrate", signals);
            await deployment.RunStageAsync("DeployK8s", signals);
        }
        catch (Exception first)
        {
            failure = first;
            await deployment.CompensateAsync(Cancellation);
        }

        await deployment.EndAsync(failure is null, Cancellation);
        return (deployment.Context.Id, deployment.OutcomeOf(failure is null), failure);
    }

    /// <summary>Deploys one step that sets a value, which must succeed.</summary>
    public async Task<DeploymentId> SucceedAsync(string value)
    {
        Plan["Migrate"] = [Step("Migrate/1", value)];
        var (id, outcome, _) = await DeployAsync();
        outcome.ShouldBe(DeploymentOutcome.Succeeded);
        return id;
    }

    /// <summary>Runs the stages and dies: nothing is undone, nothing is ended.</summary>
    public async Task<DeploymentId> DieAsync()
    {
        await using var deployment = await StartAsync();
        try
        {
            await deployment.RunStageAsync("Migrate", StopSignals.None);
            await deployment.RunStageAsync("DeployK8s", StopSignals.None);
        }
        catch (IOException)
        {
            // The fault of the test; the process would be gone.
        }

        return deployment.Context.Id;
    }

    public Task<RollbackResult> RollbackAsync(DeploymentId? to = null) => RollbackAsync(new RollbackOptions { To = to });

    public Task<RollbackResult> RollbackAsync(RollbackOptions options, StopSignals signals = default) => Rollback.RunAsync(Definition, Store, Request(), options, signals);

    public async Task<ImmutableArray<string>> JournalAsync(DeploymentId id) =>
        [.. (await Store.ReadAsync(Environment, id, Cancellation).ToListAsync(Cancellation)).Select(record => record.Step is { } step ? $"{record.Event} {step}" : record.Event.ToString())];

    public void Dispose() => folder.Delete(recursive: true);
}

/// <summary>A store whose journal or leases stop answering when a test says so.</summary>
public sealed class FlakyStore(IDeploymentStore inner) : IDeploymentStore
{
    public Func<JournalRecord, bool> IsLost { get; set; } = _ => false;

    public Func<Task<Exception?>> OnRenew { get; set; } = () => Task.FromResult<Exception?>(null);

    public Func<Task> OnAcquire { get; set; } = () => Task.CompletedTask;

    public string Description => inner.Description;

    public Task PrepareAsync(CancellationToken cancellation) => inner.PrepareAsync(cancellation);

    public async Task<(bool Granted, Lease Lease)> TryAcquireAsync(string environment, LeaseHolder holder, TimeSpan lifetime, CancellationToken cancellation)
    {
        await OnAcquire();
        return await inner.TryAcquireAsync(environment, holder, lifetime, cancellation);
    }

    public async Task<Lease> RenewAsync(Lease lease, TimeSpan lifetime, CancellationToken cancellation) =>
        await OnRenew() is { } failure ? throw failure : await inner.RenewAsync(lease, lifetime, cancellation);

    public Task ReleaseAsync(Lease lease, CancellationToken cancellation) => inner.ReleaseAsync(lease, cancellation);

    public Task<Lease?> FindLeaseAsync(string environment, CancellationToken cancellation) => inner.FindLeaseAsync(environment, cancellation);

    public Task AppendAsync(Lease lease, DeploymentId deployment, JournalRecord record, CancellationToken cancellation) =>
        IsLost(record) ? throw new IOException("the store is gone") : inner.AppendAsync(lease, deployment, record, cancellation);

    public IAsyncEnumerable<JournalRecord> ReadAsync(string environment, DeploymentId deployment, CancellationToken cancellation) => inner.ReadAsync(environment, deployment, cancellation);

    public Task<ImmutableArray<DeploymentSummary>> ListAsync(string environment, int limit, CancellationToken cancellation) => inner.ListAsync(environment, limit, cancellation);

    public Task<Maily.Deploy.Deployments.Holds.Hold?> FindHoldAsync(string environment, CancellationToken cancellation) => inner.FindHoldAsync(environment, cancellation);

    public Task SetHoldAsync(Maily.Deploy.Deployments.Holds.Hold hold, CancellationToken cancellation) => inner.SetHoldAsync(hold, cancellation);

    public Task<bool> ClearHoldAsync(AuditEntry entry, CancellationToken cancellation) => inner.ClearHoldAsync(entry, cancellation);

    public Task<bool> UnlockAsync(Lease lease, AuditEntry entry, CancellationToken cancellation) => inner.UnlockAsync(lease, entry, cancellation);

    public Task<ImmutableArray<AuditEntry>> ListAuditAsync(string environment, int limit, CancellationToken cancellation) => inner.ListAuditAsync(environment, limit, cancellation);

    public Task AddReleaseAsync(Lease lease, Maily.Deploy.Deployments.Releases.ReleaseRecord release, CancellationToken cancellation) => inner.AddReleaseAsync(lease, release, cancellation);

    public Task<ImmutableArray<Maily.Deploy.Deployments.Releases.ReleaseRecord>> ListReleasesAsync(string environment, int limit, CancellationToken cancellation) => inner.ListReleasesAsync(environment, limit, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
