using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>Decides which deployment a run goes on with.</summary>
public static class Resumption
{
    /// <summary>The unfinished deployment, when this run is of the same commit, leaves out the same stages, reaches the clusters in the same way and runs all that it planned.</summary>
    /// <param name="newest">The environment's newest deployment; null when there is none.</param>
    /// <param name="request">What is asked for now.</param>
    /// <exception cref="CannotResumeException">There is nothing to go on with, or it is another release.</exception>
    public static DeploymentId Decide(DeploymentSummary? newest, DeploymentRequest request)
    {
        if (newest is not { Outcome: null })
            throw new CannotResumeException($"No deployment of {request.Environment} is unfinished.", "Deploy without --resume.");
        var header = newest.Header;
        if (header.Commit != request.Commit)
            throw new CannotResumeException($"{header.Id} is of commit {header.Commit[..7]}, this is {request.Commit[..7]}.", $"Check out {header.Commit}, or undo it with `./build.sh Rollback`.");
        if (header.Strategy != request.Strategy)
            throw new CannotResumeException($"{header.Id} reaches the clusters by {header.Strategy}, this run by {request.Strategy}.", $"Resume with --strategy {header.Strategy}, or undo it with `./build.sh Rollback`.");
        if (!request.Skipped.SetEquals(header.Skipped))
            throw new CannotResumeException(
                $"{header.Id} leaves out {(header.Skipped.Count == 0 ? "nothing" : string.Join(", ", header.Skipped))}, this run does not.", "Resume with the same skip flags, or undo it with `./build.sh Rollback`.");
        // One that comes to its end counts as a release: it must have done all that it set out to do.
        if (header.Stages.FirstOrDefault(stage => !request.Stages.Contains(stage)) is { } missing)
            throw new CannotResumeException($"{header.Id} also runs {missing}, this run does not.", "Resume with the same targets, or undo it with `./build.sh Rollback`.");
        return DeploymentId.Parse(header.Id);
    }
}

/// <summary>A run cannot go on with an earlier deployment.</summary>
public sealed class CannotResumeException(string fact, string remedy) : DeployException(fact, remedy)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
