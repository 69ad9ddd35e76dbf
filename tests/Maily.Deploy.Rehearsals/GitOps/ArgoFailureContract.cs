using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary>What a deployment by commit says and does when Argo CD, or what it brings, does not work.</summary>
public abstract class ArgoFailureContract(ClusterFixture fixture) : GitOpsCase(fixture)
{
    [Fact]
    public async Task Undoing_that_is_gone_on_with_takes_along_what_argo_leaves_though_the_folder_is_back_already()
    {
        WriteVersion(1);
        (await CommitAsync()).Failure.ShouldBeNull();
        var tree = await TreeAsync();
        WriteVersion(2, ClaimOf("data"));
        await RunOf(GitOps).LeaveAsync(Commit, CancellationToken.None, Token);
        Argo.Faults.IsDead = true;
        var impatient = GitOps with { Patience = GitOps.Patience with { NoActivity = TimeSpan.FromSeconds(1) } };
        (await RollbackAsync(impatient)).NeedsPerson.ShouldBeTrue();
        (await TreeAsync()).ShouldBe(tree);
        Argo.Faults.Clear();

        var result = (await RollbackAsync(GitOps)).Deployments.ShouldHaveSingleItem().Steps.Single(step => step.Step.Name == Region.Name).Result;

        result.State.ShouldBe(CompensationState.Undone, result.Text);
        await Api.Until("/api/v1/namespaces/maily/persistentvolumeclaims/data", answer => answer.Status == System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_object_that_the_cluster_refuses_fails_with_its_words_and_is_undone()
    {
        WriteVersion(1);
        await CommitAsync();
        var (tree, before) = (await TreeAsync(), await Snapshot());
        WriteVersion(2);
        Argo.Faults.SyncFailure = "admission webhook denied the request: no Tuesdays";
        var cleared = ClearWhenFailedAsync();

        var run = await CommitAsync();

        await cleared;
        var failure = run.Failure.ShouldBeOfType<ApplicationFailedException>();
        failure.Evidence.ShouldNotBeNull().ShouldContain("no Tuesdays");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await TreeAsync()).ShouldBe(tree);
        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task New_pods_that_crash_end_it_early_with_their_own_words_and_are_undone()
    {
        WriteVersion(1);
        await CommitAsync();
        var (tree, before) = (await TreeAsync(), await Snapshot());
        WriteVersion(2);
        using var fault = Faults.Add(new WorkloadFault(new CrashLoop(3) { Log = ["fatal: no database"] }) { Image = ImageOf(2) });

        var run = await CommitAsync();

        run.Failure.ShouldBeOfType<RolloutFailedException>().Evidence.ShouldNotBeNull().ShouldContain("fatal: no database");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await TreeAsync()).ShouldBe(tree);
        (await Snapshot()).ShouldBe(before);
    }

    [Theory]
    [InlineData("Degraded", "is synced and degraded")]
    [InlineData("Progressing", "did not change for")]
    public async Task Health_that_does_not_get_better_ends_it(string health, string fact)
    {
        WriteVersion(1);
        Argo.Faults.Health = health;
        var cleared = ClearWhenRevertedAsync();

        var run = await CommitAsync(noActivity: TimeSpan.FromSeconds(15));

        await cleared;
        run.Failure.ShouldBeOfType<ApplicationFailedException>().Fact.ShouldContain(fact);
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
    }

    [Fact]
    public async Task A_dead_controller_is_named_and_leaves_the_rest_to_a_person_with_the_folder_as_before()
    {
        WriteVersion(1);
        await CommitAsync();
        var tree = await TreeAsync();
        WriteVersion(2);
        Argo.Faults.IsDead = true;

        var run = await CommitAsync(GitOps with { Patience = GitOps.Patience with { NoActivity = TimeSpan.FromSeconds(2) } });

        var failure = run.Failure.ShouldBeOfType<ApplicationFailedException>();
        failure.Remedy.ShouldContain("application controller runs");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.NeedsPerson);
        run.Undone.Single().Result.Text.ShouldContain("application controller runs");
        (await TreeAsync()).ShouldBe(tree);
    }

    [Fact]
    public async Task Another_commit_than_the_wanted_one_is_not_believed()
    {
        WriteVersion(1);
        await CommitAsync();
        WriteVersion(2);
        Argo.Faults.ComparesWith = await GitAsync("rev-parse", "main");
        var cleared = ClearWhenRevertedAsync();

        var run = await CommitAsync(noActivity: TimeSpan.FromSeconds(15));

        await cleared;
        run.Failure.ShouldBeOfType<ApplicationFailedException>().Fact.ShouldContain("was compared with");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task A_repository_that_Argo_CD_cannot_read_is_explained()
    {
        WriteVersion(1);
        Argo.Faults.ComparisonError = "rpc error: authentication required";
        var cleared = ClearWhenRevertedAsync();

        var run = await CommitAsync();

        await cleared;
        run.Failure.ShouldBeOfType<ApplicationFailedException>().Fact.ShouldContain("authentication required");
    }

    [Fact]
    public async Task Workloads_that_run_other_images_than_the_commits_are_named_although_Argo_CD_is_content()
    {
        WriteVersion(1);
        await CommitAsync();
        var tree = await TreeAsync();
        WriteVersion(2);
        Argo.Faults.Override = (ImageOf(2), ImageOf(3));

        var run = await CommitAsync();

        var failure = run.Failure.ShouldBeOfType<ImagesDifferException>();
        failure.Fact.ShouldBe("The workloads of eu-west-1 do not run the images of the release.");
        failure.Evidence.ShouldNotBeNull().Split(Environment.NewLine).ShouldBe(
            [$"Deployment maily/api: runs {ImageOf(3)}, wanted is {ImageOf(2)}", $"StatefulSet maily/store: runs {ImageOf(3)}, wanted is {ImageOf(2)}"], ignoreOrder: true);
        failure.Remedy.ShouldContain("spec.source.kustomize.images");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await TreeAsync()).ShouldBe(tree);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    // What is undone needs an Argo CD that works again.
    async Task ClearWhenFailedAsync()
    {
        await Api.Until("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/maily-eu-west-1", answer => (string?)answer.Body["status"]?["operationState"]?["phase"] == "Failed");
        Argo.Faults.Clear();
    }

    async Task ClearWhenRevertedAsync()
    {
        await Eventually.IsAsync(async () => (await GitAsync("log", "-1", "--format=%B", "main")).Contains("Maily-Undoes", StringComparison.Ordinal), "the commit is taken back");
        Argo.Faults.Clear();
    }
}

[Collection("embedded cluster with a node")]
public sealed class EmbeddedArgoFailureTests(EmbeddedNodeFixture fixture) : ArgoFailureContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealArgoFailureTests(RealNodeFixture fixture) : ArgoFailureContract(fixture);

/// <summary>The same with Applications that only sync when they are told to.</summary>
[Collection("embedded cluster with a node")]
public sealed class EmbeddedManualArgoFailureTests(EmbeddedNodeFixture fixture) : ArgoFailureContract(fixture)
{
    protected override bool SyncsByItself => false;
}
