namespace Maily.Deploy.Vercel;

/// <summary>Waits for a build.</summary>
sealed class BuildWatch(VercelFrontend frontend)
{
    const int LogLines = 20;

    /// <summary>Waits until the deployment is built.</summary>
    /// <exception cref="VercelBuildFailedException">It will never be; the end of its log is the evidence.</exception>
    /// <exception cref="VercelTooSlowException">It takes too long.</exception>
    public async Task<VercelDeployment> UntilReadyAsync(string id, CancellationToken cancellation)
    {
        var reader = frontend.Reader();
        var begin = frontend.Time.GetTimestamp();
        while (true)
        {
            var deployment = await reader.FindDeploymentAsync(id, cancellation) ?? new VercelDeployment { SingleId = id, State = "CANCELED", ErrorMessage = "it was deleted" };
            if (deployment.IsReady)
                return deployment;
            if (deployment.IsDead)
                throw new VercelBuildFailedException(deployment, deployment.ErrorMessage, await LogAsync(reader, id, cancellation));
            var waited = frontend.Time.GetElapsedTime(begin);
            if (waited > frontend.BuildTimeout)
                throw new VercelTooSlowException($"The build of {id}", frontend.BuildTimeout, deployment.Now);
            await Task.Delay(frontend.PauseAfter(waited), frontend.Time, cancellation);
        }
    }

    // A log that cannot be read must not hide that the build failed.
    static async Task<System.Collections.Immutable.ImmutableArray<string>> LogAsync(VercelReader reader, string id, CancellationToken cancellation)
    {
        try
        {
            return await reader.BuildLogAsync(id, LogLines, cancellation);
        }
        catch (DeployException unread)
        {
            return [$"(the build log could not be read: {unread.Fact})"];
        }
    }
}
