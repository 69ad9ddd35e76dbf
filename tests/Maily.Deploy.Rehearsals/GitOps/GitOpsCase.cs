using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.GitOps;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Sandbox.ArgoCd;
using Maily.Deploy.Sandbox.Manifests;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary>A cluster with Argo CD, a repository over http, and an overlay of one small service, through the very code of production.</summary>
public abstract class GitOpsCase(ClusterFixture fixture) : RolloutCase(fixture)
{
    protected const string Path = "regions/eu-west-1";

    const string Applications = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";

    protected ManifestsServer Manifests { get; private set; } = null!;

    protected ArgoController Argo { get; private set; } = null!;

    protected virtual bool SyncsByItself => true;

    protected ManifestsRepository Repository => ManifestsRepository.From(new Variables([new("MAILY_MANIFESTS_URL", Manifests.Url, "test"), new("MAILY_MANIFESTS_TOKEN", Manifests.Token, "test")]));

    protected GitOpsSettings GitOps => new()
    {
        Repository = Repository, PushRetries = 3, PushPause = TimeSpan.FromMilliseconds(50),
        // Long where nothing but a broken feature takes so long; a test that waits for the end of some patience shortens it.
        Patience = new ArgoPatience { Total = TimeSpan.FromMinutes(10), NoActivity = TimeSpan.FromMinutes(5), Tolerance = TimeSpan.FromSeconds(2), Refresh = TimeSpan.FromSeconds(2) },
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Manifests = await ManifestsServer.StartAsync(new() { Folder = Directory.CreateDirectory(System.IO.Path.Combine(Folder, "manifests")).FullName, Token = "sandbox-token-of-a-test", Regions = ["eu-west-1"] }, Token);
        Argo = await ArgoController.StartAsync(new()
        {
            KubeconfigPath = Cluster.KubeconfigPath, Regions = ["eu-west-1"], RepositoryUrl = Manifests.Url, Token = Manifests.Token, SyncsByItself = SyncsByItself,
            Folder = Directory.CreateDirectory(System.IO.Path.Combine(Folder, "argocd")).FullName,
        }, Token);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Argo is not null) await Argo.DisposeAsync();
        if (Manifests is not null) await Manifests.DisposeAsync();
        if (Api is not null) await RemoveAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Deploys the overlay by the strategy; a failure, or <paramref name="undo"/>, is compensated.</summary>
    private protected Task<RunResult> CommitAsync(bool undo = false) => CommitAsync(GitOps, undo);

    private protected Task<RunResult> CommitAsync(GitOpsSettings settings, bool undo = false, ManifestGate? gate = null, IRegionHook? hook = null, ClusterSecret? secret = null) =>
        CommitAsync(StageOf(settings, gate, hook, secret), undo);

    /// <summary>Deploys with little patience what is to fail by that, and undoes it with that of the case.</summary>
    private protected Task<RunResult> CommitAsync(TimeSpan noActivity) =>
        CommitAsync(new UndoneBy(StageOf(GitOps with { Patience = GitOps.Patience with { NoActivity = noActivity } }), StageOf(GitOps)), undo: false);

    Task<RunResult> CommitAsync(IStagePlanner stage, bool undo) => new DeploymentRun(Folder, stage) { Strategy = Strategy.GitOps }.RunAsync(Commit, Token, undo);

    /// <summary>Deployments of the overlay by the strategy.</summary>
    private protected DeploymentRun RunOf(GitOpsSettings settings) => new(Folder, StageOf(settings)) { Strategy = Strategy.GitOps };

    /// <summary>Undoes what is unfinished, or goes back to the release before.</summary>
    private protected Task<RollbackResult> RollbackAsync(GitOpsSettings settings) => RunOf(settings).RollbackAsync(Commit, new RollbackOptions(), Token);

    GitOpsStage StageOf(GitOpsSettings settings, ManifestGate? gate = null, IRegionHook? hook = null, ClusterSecret? secret = null) =>
        new([Region], Settings, () => settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)), new ProcessRunner(TimeProvider.System))
        {
            Gate = gate, Hook = hook ?? NoRegionHook.Instance, Secrets = secret is null ? [] : [secret],
        };

    protected Task<string> GitAsync(params string[] arguments) => Manifests.GitAsync(Token, arguments);

    /// <summary>The tree of the region's folder.</summary>
    protected Task<string> TreeAsync() => GitAsync("rev-parse", $"main:{Path}");

    protected async Task<System.Text.Json.Nodes.JsonNode> ApplicationAsync() => (await Api.Get($"{Applications}/maily-eu-west-1")).Is(HttpStatusCode.OK).Body;

    // The project too: each test's repository has an address of its own.
    async Task RemoveAsync()
    {
        await Api.Delete(Applications);
        await Api.Delete("/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects");
        await Api.Until(Applications, answer => answer.Body["items"] is not System.Text.Json.Nodes.JsonArray { Count: > 0 });
    }

    sealed class UndoneBy(IStagePlanner stage, IStagePlanner undoing) : IStagePlanner
    {
        public string Stage => stage.Stage;

        public ImmutableArray<ICompensator> Compensators => undoing.Compensators;

        public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) => stage.PlanAsync(context, cancellation);
    }
}
