using System.Net;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Rehearsals.Waves;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary>What a deployment by commit does and how it is undone; the same for the embedded API and the real one.</summary>
public abstract class GitOpsContract(ClusterFixture fixture) : GitOpsCase(fixture)
{
    [Fact]
    public async Task A_release_is_committed_synced_and_rolled_out()
    {
        WriteVersion(1);

        var run = await CommitAsync();

        run.Failure.ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
        (await ObjectAsync("Deployment", "api"))!["status"]!["availableReplicas"]!.GetValue<int>().ShouldBe(2);
        var revision = run.Outputs("DeployK8s", "eu-west-1")["revision"].ShouldNotBeNull();
        revision.ShouldBe(await GitAsync("rev-parse", "main"));
        ((string?)(await ApplicationAsync())["status"]!["sync"]!["revision"]).ShouldBe(revision);
        var message = await GitAsync("log", "-1", "--format=%B", "main");
        message.ShouldContain($"Maily-Deployment: {run.Deployment.Context.Id}");
        message.ShouldContain("Signed-off-by: ");
        (await GitAsync("ls-tree", "--name-only", $"main:{Path}")).Split('\n')
            .ShouldBe(["README.md", "apps.deployment.maily.api.yaml", "apps.statefulset.maily.store.yaml", "configmap.maily.settings.yaml", "namespace.maily.yaml"]);
        (await ObjectAsync("Deployment", "api"))!["metadata"]!["annotations"]!["argocd.argoproj.io/tracking-id"]!.ToString().ShouldBe("maily-eu-west-1:apps/Deployment:maily/api");
        (await Api.Get("/api/v1/namespaces/maily")).Body["metadata"]!["annotations"]!["argocd.argoproj.io/tracking-id"]!.ToString().ShouldBe("maily-eu-west-1:/Namespace:maily/maily");
    }

    [Fact]
    public async Task What_the_policies_refuse_is_not_committed()
    {
        WriteVersion(1);
        var head = await GitAsync("rev-parse", "main");

        var run = await CommitAsync(GitOps, gate: new() { Policy = ManifestPolicy.Strict });

        run.Failure.ShouldBeOfType<PolicyViolatedException>().Findings.ShouldNotBeEmpty();
        (await GitAsync("rev-parse", "main")).ShouldBe(head);
    }

    [Fact]
    public async Task Traffic_is_drained_before_a_commit_and_filled_after_it_and_around_its_undoing_too()
    {
        WriteVersion(1);
        var (hook, failing) = (new RecordingHook(), new RecordingHook { Fails = "after eu-west-1" });

        (await CommitAsync(GitOps, hook: hook)).Failure.ShouldBeNull();
        var tree = await TreeAsync();
        WriteVersion(2);
        var failed = await CommitAsync(GitOps, hook: failing);

        hook.Made.ShouldBe(["before eu-west-1", "after eu-west-1"]);
        failed.Failure.ShouldBeOfType<HookFailedException>();
        failing.Made.ShouldBe(["before eu-west-1", "after eu-west-1", "before eu-west-1", "after eu-west-1"]);
        (await TreeAsync()).ShouldBe(tree);
    }

    [Fact]
    public async Task A_release_that_is_live_already_is_left_alone()
    {
        WriteVersion(1);
        await CommitAsync();
        var head = await GitAsync("rev-parse", "main");

        var again = await CommitAsync();

        again.Failure.ShouldBeNull();
        again.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        (await GitAsync("rev-parse", "main")).ShouldBe(head);
    }

    [Fact]
    public async Task Undoing_a_release_brings_the_folder_back_to_its_tree_and_the_objects_with_it_whatever_others_committed_beside()
    {
        WriteVersion(1);
        await CommitAsync();
        var (tree, before) = (await TreeAsync(), await Snapshot());
        WriteVersion(2, "\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: extra }, data: { A: b } }\n");
        (await CommitAsync(undo: false)).Failure.ShouldBeNull();
        (await ObjectAsync("ConfigMap", "extra")).ShouldNotBeNull();
        await Manifests.CommitAsync("beside.txt", "theirs", "Something else", Token);
        WriteVersion(1);
        // Back to the first one, so that the second can be taken back itself.
        await CommitAsync();
        (await TreeAsync()).ShouldBe(tree);
        WriteVersion(2);

        var run = await CommitAsync(undo: true);

        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await TreeAsync()).ShouldBe(tree);
        (await Snapshot()).ShouldBe(before);
        (await ObjectAsync("ConfigMap", "extra")).ShouldBeNull();
        (await GitAsync("show", "main:beside.txt")).ShouldBe("theirs");
        (await GitAsync("log", "-1", "--format=%B", "main")).ShouldContain($"Maily-Undoes: {run.Deployment.Context.Id}");
    }

    [Fact]
    public async Task Undoing_the_first_release_ever_removes_all_of_it()
    {
        var tree = await TreeAsync();
        WriteVersion(1);

        var run = await CommitAsync(undo: true);

        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        run.Undone.Single().Result.Text.ShouldContain("nothing was live before, and nothing is");
        (await TreeAsync()).ShouldBe(tree);
        await Api.Until("/api/v1/namespaces/maily", answer => answer.Status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_holds_data_stays_where_a_commit_or_a_rollback_takes_it_out_and_argo_is_in_sync_all_the_same()
    {
        const string Claim = "/api/v1/namespaces/maily/persistentvolumeclaims/";
        WriteVersion(1, ClaimOf("first"));
        (await CommitAsync()).Failure.ShouldBeNull();
        WriteVersion(2, ClaimOf("second"));

        (await CommitAsync()).Failure.ShouldBeNull();

        (await Api.Get($"{Claim}first")).Is(HttpStatusCode.OK);
        ((string?)(await ApplicationAsync())["status"]!["sync"]!["status"]).ShouldBe("Synced");

        var undone = (await RollbackAsync(GitOps)).Deployments.ShouldHaveSingleItem().Steps.Single(step => step.Step.Name == Region.Name).Result;

        undone.State.ShouldBe(CompensationState.Kept);
        undone.Text.ShouldContain("kept, since people may have data in them: PersistentVolumeClaim maily/second;");
        (await Api.Get($"{Claim}second")).Is(HttpStatusCode.OK);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }
}

[Collection("embedded cluster with a node")]
public sealed class EmbeddedGitOpsTests(EmbeddedNodeFixture fixture) : GitOpsContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealGitOpsTests(RealNodeFixture fixture) : GitOpsContract(fixture);

/// <summary>The same with Applications that only sync when they are told to.</summary>
[Collection("embedded cluster with a node")]
public sealed class EmbeddedManualSyncTests(EmbeddedNodeFixture fixture) : GitOpsContract(fixture)
{
    protected override bool SyncsByItself => false;
}
