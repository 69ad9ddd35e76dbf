using System.Collections.Immutable;
using Maily.Deploy.Deployments.Plans;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>What happens to a step when a later one fails.</summary>
public enum StepKind
{
    /// <summary>Compensated from its restore point, and verified.</summary>
    Reversible,

    /// <summary>Left and listed; retention cleans it. Never needs undoing.</summary>
    Additive,

    /// <summary>Kept, undone or handed to a person, as its policy says (migrations).</summary>
    Conditional,

    /// <summary>Cannot be undone: runs last, is announced in the plan, needs consent.</summary>
    Irreversible,

    /// <summary>Only looks: nothing to undo, and nothing left behind (smoke tests).</summary>
    Probing,
}

/// <summary>
/// The smallest unit that changes a platform. Capture, find and verify only read; apply changes, and gets the context that
/// alone opens clients which can change a far side. A step holds no state between the calls: a run on another machine
/// makes an equal step and goes on from the journal.
/// </summary>
public abstract class Step
{
    /// <summary>The step's name within the deployment.</summary>
    public required StepId Id { get; init; }

    /// <summary>What it does, for people: <c>promote dpl_x to production</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Steps of the same stage that must be verified before; empty means at once.</summary>
    public ImmutableArray<StepId> After { get; init; } = [];

    /// <summary>What happens to it when a later step fails.</summary>
    public abstract StepKind Kind { get; }

    /// <summary>
    /// Names the way back, for instance <c>vercel.promotion</c>: with this and the restore point alone, a
    /// <see cref="ICompensator"/> on any machine undoes it. Additive steps have none and give null.
    /// </summary>
    public virtual string? CompensatorType => null;

    /// <summary>Reads what the step would change, thing by thing; null where its title says all.</summary>
    public virtual Task<StepPreview?> PreviewAsync(DeploymentContext context, CancellationToken cancellation) =>
        Task.FromResult<StepPreview?>(null);

    /// <summary>Reads what is needed to undo the step; journalled before anything changes.</summary>
    public virtual Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation) =>
        Task.FromResult(RestorePoint.None);

    /// <summary>Finds out on the far side whether the step already happened, by this deployment's id or because all is as wanted.</summary>
    public abstract Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation);

    /// <summary>Makes the change and gives the ids that the far side answered (digest, deployment id), for the journal and later steps.</summary>
    public abstract Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation);

    /// <summary>Compares the wanted revision, digest or id with the observed one.</summary>
    public abstract Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation);
}
