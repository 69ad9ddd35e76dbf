using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments;

/// <summary>How far a rollback goes.</summary>
public sealed record RollbackOptions
{
    /// <summary>The deployment to go back to; null for the one before the current.</summary>
    public DeploymentId? To { get; init; }

    /// <summary>Whether the first release goes too, so that nothing is live.</summary>
    public bool ToNothing { get; init; }

    /// <summary>The word for that on the command line.</summary>
    public const string Nothing = "nothing";

    /// <summary>Whether only a deployment without an end is undone: one that is good, undone or left to a person stays as it is.</summary>
    public bool UnfinishedOnly { get; init; }

    /// <summary>Called before anything is undone of what had ended well, with the journals of what would be undone; what it throws refuses the rollback.</summary>
    public Func<RollbackPlan, ImmutableArray<JournalState>, CancellationToken, Task> Before { get; init; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Called with each deployment once its undoing has ended, or was broken off; before the next one begins.</summary>
    public Func<UndoneDeployment, Task> Ended { get; init; } = _ => Task.CompletedTask;
}

/// <summary>What a rollback undoes, newest first, and the release that is live afterwards; null when there was none before.</summary>
public sealed record RollbackPlan(ImmutableArray<DeploymentId> Undo, ReleaseRecord? Target)
{
    /// <summary>The release that is live once the deployment at that place is undone.</summary>
    internal ReleaseRecord? After(int place, ImmutableArray<ReleaseRecord> releases) =>
        place == Undo.Length - 1 ? Target : releases.First(release => release.Deployment == Undo[place + 1]);
}

/// <summary>One deployment that a rollback undid.</summary>
/// <param name="Journal">Its journal, folded.</param>
/// <param name="Steps">What was undone, kept or left to a person this time.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="BrokenOffBy">What broke its undoing off; null where it came to its end.</param>
/// <param name="NowLive">The release below it, which is live now; null where there is none.</param>
public sealed record UndoneDeployment(
    JournalState Journal, ImmutableArray<CompensatedStep> Steps, DeploymentOutcome Outcome, Exception? BrokenOffBy, ReleaseRecord? NowLive)
{
    /// <summary>What the deployment was.</summary>
    public DeploymentHeader Header => Journal.Header ?? throw new BrokenJournalException("A deployment that was undone has no header.");
}

/// <summary>How a rollback ended.</summary>
/// <param name="Target">The release that is live now, as far as everything was undone; null when there was none before.</param>
/// <param name="Deployments">What was undone, newest first.</param>
public sealed record RollbackResult(ReleaseRecord? Target, ImmutableArray<UndoneDeployment> Deployments)
{
    /// <summary>Whether the environment was rolled back already, so that nothing was done.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Whether only what is unfinished was to be undone, and nothing is.</summary>
    public bool NothingIsUnfinished { get; init; }

    /// <summary>Whether something could not be undone: the older deployments were left as they are then.</summary>
    public bool NeedsPerson { get; init; }

    /// <summary>Whether it was asked to stop. What it had begun is undone to its end; the older deployments may be left as they are.</summary>
    public bool IsCancelled { get; init; }
}

/// <summary>Another deployment ended between the rollback's plan and its lease.</summary>
public sealed class RollbackOvertakenException(string environment, string? newest)
    : DeployException($"{environment} was changed by {newest ?? "another deployment"} while the rollback waited for its turn.",
        "Look at `./build.sh Status`, then roll back again if that is still wanted.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A rollback is asked to go back to a release, and to touch none that is finished.</summary>
public sealed class UnfinishedOnlyException(string to)
    : DeployException($"Going back to {to} undoes finished deployments, which --unfinished-only forbids.", "Give either --to or --unfinished-only.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>What is live is the first release: going back from it would take the product down, which nobody has asked for.</summary>
public sealed class NoReleaseBeforeException(DeploymentId live)
    : DeployException($"{live} is the first release: there is none before it.",
        $"Deploy one that mends it. `./build.sh Rollback --to {RollbackOptions.Nothing}` takes all of it down, the workloads, the frontend and what its migrations made.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>There is no release to go back to.</summary>
public sealed class NothingToRollBackException(string fact, ImmutableArray<DeploymentId> known)
    : DeployException(fact, known.IsEmpty ? "Deploy first." : "Name one of the former releases with --to.", known.IsEmpty ? null : $"Former releases: {string.Join(", ", known)}")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
