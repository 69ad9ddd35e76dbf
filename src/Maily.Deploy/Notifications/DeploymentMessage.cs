using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Notifications;

/// <summary>What people are told about a deployment, as a value.</summary>
public sealed record DeploymentMessage
{
    const int LongestCause = 600;

    /// <summary>The deployment.</summary>
    public required DeploymentId Id { get; init; }

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id.</summary>
    public required string Commit { get; init; }

    /// <summary>Who started it: user and host.</summary>
    public required string By { get; init; }

    /// <summary>How it ended; null at its start.</summary>
    public DeploymentOutcome? Outcome { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Why it failed, as far as it did.</summary>
    public string? FirstCause { get; init; }

    /// <summary>Where it can be watched.</summary>
    public Uri? Link { get; init; }

    /// <summary>Whether a rollback undid it, rather than its own run.</summary>
    public bool IsRollback { get; init; }

    /// <summary>A deployment began.</summary>
    public static DeploymentMessage Started(DeploymentContext deployment, string by, Uri? link) =>
        new() { Id = deployment.Id, Environment = deployment.Environment, Commit = deployment.Commit, By = by, Link = link };

    /// <summary>A deployment ended.</summary>
    public static DeploymentMessage Ended(
        DeploymentContext deployment, string by, DeploymentOutcome outcome, TimeSpan duration, string? firstCause, Uri? link) =>
        Started(deployment, by, link) with { Outcome = outcome, Duration = duration, FirstCause = Shorten(firstCause) };

    /// <summary>A rollback undid a deployment, or could not.</summary>
    public static DeploymentMessage RolledBack(UndoneDeployment undone, string by, TimeSpan duration, Uri? link) => new()
    {
        Id = DeploymentId.Parse(undone.Header.Id), Environment = undone.Header.Environment, Commit = undone.Header.Commit, By = by, Outcome = undone.Outcome,
        Duration = duration, FirstCause = Shorten(undone.Journal.FirstFailure is { } failure ? $"{failure.Step.Stage}: {failure.Text}" : null), Link = link, IsRollback = true,
    };

    static string? Shorten(string? cause) => cause is { Length: > LongestCause } ? cause[..LongestCause] + " ..." : cause;

    /// <summary>The message in one line.</summary>
    public string Headline => Outcome switch
    {
        null => $"Deploying {Commit[..7]} to {Environment}",
        DeploymentOutcome.RolledBack when IsRollback => $"{Environment} was rolled back; what the deployment of {Commit[..7]} did is undone",
        DeploymentOutcome.NeedsAttention when IsRollback => $"Rolling {Environment} back failed; a person must act",
        DeploymentOutcome.Succeeded => $"{Environment} runs {Commit[..7]}",
        DeploymentOutcome.RolledBack => $"Deploying {Commit[..7]} to {Environment} failed; what it did is undone",
        DeploymentOutcome.NeedsAttention => $"Deploying {Commit[..7]} to {Environment} failed; a person must act",
        _ => $"Deploying {Commit[..7]} to {Environment} was refused; nothing was touched",
    };
}
