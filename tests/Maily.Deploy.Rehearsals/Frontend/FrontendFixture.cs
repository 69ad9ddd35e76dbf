using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Git;
using Maily.Deploy.Http;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Vercel;
using Maily.Deploy.Secrets;
using Maily.Deploy.Vercel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Frontend;

/// <summary>A frontend of two files and deployments of nothing else, through the very code of production.</summary>
public abstract class FrontendFixture : VercelFixture
{
    static readonly TimeProvider Time = TimeProvider.System;

    readonly string folder = Directory.CreateTempSubdirectory("maily-frontend-").FullName;
    readonly HttpClient http = HttpClients.Create();

    protected const string Commit = "0123456789abcdef0123456789abcdef01234567";

    protected const string NextCommit = "fedcba9876543210fedcba9876543210fedcba98";

    protected VercelFrontend Frontend => new()
    {
        Settings = new VercelSettings { Token = new Secret(Options.Token), OrgId = Options.TeamId, ProjectId = Options.ProjectId, ApiUrl = Vercel.Url },
        Folder = Path.Combine(folder, "web"),
        Http = http,
        Requests = new FarSideOptions { Pause = TimeSpan.FromMilliseconds(20), TryTimeout = TimeSpan.FromSeconds(5) },
        PollInterval = TimeSpan.FromMilliseconds(10),
        PromotionTimeout = TimeSpan.FromSeconds(2),
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Write("public/index.html", "<h1>one</h1>");
        Write("api/version.js", "module.exports = (req, res) => res.status(200).json({ commit: process.env.MAILY_COMMIT || process.env.VERCEL_GIT_COMMIT_SHA });");
        Write(".env.local", "SECRET=never-uploaded");
    }

    public override async ValueTask DisposeAsync()
    {
        http.Dispose();
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected void Write(string path, string content)
    {
        var file = Path.Combine(Frontend.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    /// <summary>Runs the stages; a failure is compensated and comes back beside the deployment.</summary>
    protected async Task<(Exception? Failure, ImmutableArray<CompensatedStep> Undone, DeploymentContext Context)> RunAsync(
        string commit = Commit, bool undo = false, params string[] stages)
    {
        await using var deployment = await Deployment.StartAsync(Definition(), new FileDeploymentStore(Path.Combine(folder, "store"), Time), Request(commit, stages), Token);
        Exception? failure = null;
        try
        {
            foreach (var stage in stages)
                await deployment.RunStageAsync(stage, StopSignals.None);
        }
        catch (DeployException thrown)
        {
            failure = thrown;
        }

        if (undo || failure is not null)
            await deployment.CompensateAsync(Token);
        await deployment.EndAsync(succeeded: failure is null && !undo, Token);
        return (failure, deployment.Compensated, deployment.Context);
    }

    DeploymentDefinition Definition() => new()
    {
        Policy = new EnvironmentPolicy("sandbox"),
        Pipeline = new Pipeline([new Stage("StageVercel", ""), new Stage("DeployVercel", "") { After = ["StageVercel"] }]),
        Planners = ImmutableDictionary<string, Func<IStagePlanner>>.Empty
            .Add("StageVercel", () => new StageVercelStage(Frontend, new GitReader(new ProcessRunner(Time))))
            .Add("DeployVercel", () => new DeployVercelStage(Frontend)),
    };

    DeploymentRequest Request(string commit, string[] stages) => new()
    {
        Id = DeploymentId.Create(Time, commit),
        Environment = "sandbox",
        Commit = commit,
        Folder = Path.Combine(folder, "deployments"),
        Log = NullLogger.Instance,
        Time = Time,
        Stages = [.. stages],
    };
}
