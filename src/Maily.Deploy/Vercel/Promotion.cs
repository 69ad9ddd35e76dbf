using Maily.Deploy.Http;

namespace Maily.Deploy.Vercel;

/// <summary>Asks for a promotion and waits until production is what was asked for.</summary>
sealed class Promotion(VercelFrontend frontend, VercelWriter writer)
{
    const int LooksAfterSilence = 5;

    readonly VercelReader reader = frontend.Reader();

    /// <summary>Promotes the deployment; returns when it serves production.</summary>
    /// <exception cref="PromotionFailedException">Vercel did not carry it out.</exception>
    /// <exception cref="VercelTooSlowException">It takes too long.</exception>
    public async Task RunAsync(string wanted, CancellationToken cancellation)
    {
        var before = (await reader.GetProjectAsync(cancellation)).LastAliasRequest;
        FarSideSilentException? silence = null;
        try
        {
            if (await AskAsync(wanted, cancellation) == PromotionAnswer.Conflict)
            {
                await RequireCurrentAsync(wanted, cancellation);
                return;
            }
        }
        catch (FarSideSilentException silent)
        {
            // It may have been heard all the same: the project tells.
            silence = silent;
        }

        await WaitAsync(wanted, before, silence, cancellation);
    }

    /// <summary>Waits until no promotion or rollback is under way, whoever asked for it; gives the project then.</summary>
    public async Task<VercelProject> UntilIdleAsync(CancellationToken cancellation)
    {
        var begin = frontend.Time.GetTimestamp();
        while (true)
        {
            var project = await reader.GetProjectAsync(cancellation);
            if (project.LastAliasRequest is not { IsRunning: true })
                return project;
            await PauseAsync("A promotion", begin, project.LastAliasRequest.JobStatus, isSlow: false, cancellation);
        }
    }

    async Task<PromotionAnswer> AskAsync(string wanted, CancellationToken cancellation) =>
        await writer.PromoteAsync(wanted, cancellation) is var answer and not PromotionAnswer.Queued
            ? answer
            : throw new PromotionFailedException(wanted, "Vercel queued it behind a rolling release", evidence: null,
                "Complete or abort the rolling release on Vercel, then deploy again.");

    async Task RequireCurrentAsync(string wanted, CancellationToken cancellation)
    {
        var project = await UntilIdleAsync(cancellation);
        if (project.Production != wanted)
            throw new PromotionFailedException(wanted, $"Vercel answered 409, and production is served by {project.Production ?? "nothing"}", evidence: null,
                "See on Vercel what else changes the project's domains, then deploy again.");
    }

    // "Since the call" is told by the request differing from the one seen before it, not by comparing Vercel's clock with
    // this machine's.
    async Task WaitAsync(string wanted, VercelAliasRequest? before, FarSideSilentException? silence, CancellationToken cancellation)
    {
        var begin = frontend.Time.GetTimestamp();
        for (var look = 1; ; look++)
        {
            var project = await reader.GetProjectAsync(cancellation);
            var request = project.LastAliasRequest;
            var isOurs = request is { Type: "promote" } && request.ToDeploymentId == wanted && request.RequestedAt != before?.RequestedAt;
            if (isOurs && request!.JobStatus is "failed" or "skipped")
                throw await FailedAsync(wanted, request.JobStatus, cancellation);
            if (project.Production == wanted && (!isOurs || !request!.IsRunning))
                return;
            if (!isOurs && silence is not null && look >= LooksAfterSilence)
                throw silence;
            // After a silence the number of looks is bounded: they must not come so fast that Vercel has not noticed yet.
            await PauseAsync($"The promotion of {wanted}", begin, request?.JobStatus, isSlow: !isOurs && silence is not null, cancellation);
        }
    }

    async Task PauseAsync(string what, long begin, string? state, bool isSlow, CancellationToken cancellation)
    {
        var waited = frontend.Time.GetElapsedTime(begin);
        if (waited > frontend.PromotionTimeout)
            throw new VercelTooSlowException(what, frontend.PromotionTimeout, state ?? "unknown");
        await Task.Delay(isSlow ? frontend.PollInterval : frontend.PauseAfter(waited), frontend.Time, cancellation);
    }

    async Task<PromotionFailedException> FailedAsync(string wanted, string status, CancellationToken cancellation)
    {
        string evidence;
        try
        {
            evidence = string.Join(Environment.NewLine, await reader.FailedAliasesAsync(cancellation));
        }
        catch (DeployException unread)
        {
            evidence = $"(the domains could not be read: {unread.Fact})";
        }

        return new PromotionFailedException(wanted, $"the job is {status}", evidence, "Look at the project's domains on Vercel, then deploy again.");
    }
}
