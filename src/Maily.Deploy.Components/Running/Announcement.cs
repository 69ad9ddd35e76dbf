using Maily.Deploy.Deployments;
using Maily.Deploy.Http;
using Maily.Deploy.Notifications;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Components;

/// <summary>Tells Slack about the run's deployment, where a webhook is set.</summary>
static class Announcement
{
    /// <summary>It began.</summary>
    public static Task StartedAsync(IHazDeployment build, CancellationToken cancellation) =>
        build.Session.Deployment is { } deployment
            ? SendAsync(build, (by, link) => DeploymentMessage.Started(deployment.Context, by, link), cancellation) : Task.CompletedTask;

    /// <summary>It ended, as things stand.</summary>
    public static Task EndedAsync(IHazDeployment build, CancellationToken cancellation)
    {
        var session = build.Session;
        session.NoteFailures(build);
        var duration = session.Time.GetUtcNow() - session.StartedAt;
        var cause = session.FirstFailure is { } failure ? $"{failure.Target}: {failure.Exception.Message}" : null;
        return session.Deployment is { } deployment
            ? SendAsync(build, (by, link) => DeploymentMessage.Ended(deployment.Context, by, session.Outcome, duration, cause, link), cancellation) : Task.CompletedTask;
    }

    /// <summary>A rollback undid it, or could not.</summary>
    public static Task RolledBackAsync(IHazDeployment build, UndoneDeployment undone, TimeSpan duration, CancellationToken cancellation) =>
        SendAsync(build, (by, link) => DeploymentMessage.RolledBack(undone, by, duration, link), cancellation);

    static async Task SendAsync(IHazDeployment build, Func<string, Uri?, DeploymentMessage> compose, CancellationToken cancellation)
    {
        var loaded = await build.Session.LoadAsync(build, cancellation);
        if (loaded.Variables.FindSecret("SLACK_WEBHOOK_URL") is not { } webhook)
            return;
        using var http = HttpClients.Create();
        var redactor = SecretRedactor.For(loaded.Variables, VariableRules.SecretNames);
        await new SlackNotifier(webhook, http, build.Session.Time, redactor, loaded.Log)
            .SendAsync(compose(Operator.Name, RunLink.From(loaded.Variables)), cancellation);
    }
}
