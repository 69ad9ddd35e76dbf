using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Vercel;

/// <summary>Uploads the frontend and has it built; additive, since no domain leads to the result.</summary>
sealed class StagingStep(VercelFrontend frontend, ImmutableArray<VercelFile> files) : Step
{
    const int Uploads = 8;
    const int Looks = 5;

    public override StepKind Kind => StepKind.Additive;

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        if (await OwnAsync(context.Id, cancellation) is { } own)
            return Finding.ByThis(OutputsOf(own));
        return await new FormerBuild(frontend).FindAsync(files, context.Environment, cancellation) is { } equal ? Finding.AsWanted(OutputsOf(equal)) : Finding.Absent;
    }

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var writer = frontend.Writer(context);
        await Parallel.ForEachAsync(files.DistinctBy(file => file.Sha, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = Uploads, CancellationToken = cancellation },
            async (file, token) => await writer.UploadAsync(file, await File.ReadAllBytesAsync(Path.Combine(frontend.Folder, file.Path), token), token));
        var created = await CreateAsync(writer, context.Deployment, cancellation);
        context.Deployment.Log.LogInformation("Vercel builds {Deployment}", created.Id);
        return OutputsOf(await new BuildWatch(frontend).UntilReadyAsync(created.Id, cancellation));
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var wanted = outputs["deploymentId"] ?? "";
        var built = await new BuildWatch(frontend).UntilReadyAsync(wanted, cancellation);
        return Verification.Compare($"{wanted} of files {VercelMeta.Digest(files)}, for production, READY",
            $"{built.Id} of files {built.Meta.GetValueOrDefault(VercelMeta.Files)}, for {built.Target ?? "preview"}, {built.Now}");
    }

    async Task<VercelDeployment> CreateAsync(VercelWriter writer, DeploymentContext context, CancellationToken cancellation)
    {
        var reader = frontend.Reader();
        // Read before the build begins: a variable that changes between the two makes the next deployment build again.
        var (variables, project) = (await reader.FindVariablesDigestAsync(cancellation), await reader.GetProjectAsync(cancellation));
        try
        {
            return await writer.CreateAsync(VercelDeploymentRequest.For(project, context, files, variables), cancellation);
        }
        catch (FarSideSilentException)
        {
            // The answer is lost, the deployment may exist: only its meta tells, and lists lag a little.
            if (await LookAsync(context.Id, cancellation) is { } own)
                return own;
            throw;
        }
    }

    async Task<VercelDeployment?> LookAsync(DeploymentId id, CancellationToken cancellation)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (await OwnAsync(id, cancellation) is { } own)
                return own;
            await Task.Delay(frontend.PollInterval, frontend.Time, cancellation);
        }

        return null;
    }

    async Task<VercelDeployment?> OwnAsync(DeploymentId id, CancellationToken cancellation) =>
        (await frontend.Reader().ListAsync(deployment => deployment.IsOf(id) && !deployment.IsDead, cancellation)).FirstOrDefault();

    static StepOutputs OutputsOf(VercelDeployment deployment) =>
        StepOutputs.Of(("deploymentId", deployment.Id), ("url", $"https://{deployment.Url}"));
}
