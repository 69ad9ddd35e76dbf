using System.Net;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.GitOps;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary>Secrets that committed manifests name: made in the cluster, never committed, kept as long as a recent commit names them.</summary>
public abstract class CommittedSecretContract(ClusterFixture fixture) : GitOpsCase(fixture)
{
    // As many as CommittedSecrets keeps.
    const int KeptCommits = 10;

    const string Account = "\n---\n{ apiVersion: v1, kind: ServiceAccount, metadata: { name: puller } }\n";

    [Fact]
    public async Task A_secret_is_made_in_the_cluster_under_the_name_that_is_committed_and_its_value_is_not()
    {
        WriteVersion(1, Account);
        (await CommitAsync(GitOps, secret: LoginWith("canary-password-4714"))).Failure.ShouldBeNull();
        var (tree, before, first) = (await TreeAsync(), await Snapshot(), (await PullSecretsAsync()).ShouldHaveSingleItem());
        first.ShouldMatch("^registry-pull-[0-9a-f]{20}$");
        (await ObjectAsync("ServiceAccount", "puller"))!["imagePullSecrets"]!.AsArray().Select(entry => (string?)entry!["name"]).ShouldBe([first]);

        var again = await CommitAsync(GitOps, secret: LoginWith("canary-password-4714"));
        again.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        var undone = await CommitAsync(GitOps, undo: true, secret: LoginWith("canary-password-4715"));

        undone.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, undone.Undone.Single().Result.Text);
        (await TreeAsync()).ShouldBe(tree);
        (await Snapshot()).ShouldBe(before);
        (await PullSecretsAsync()).ShouldBe([first]);
        (await CommitAsync(GitOps, secret: LoginWith("canary-password-4716"))).Failure.ShouldBeNull();
        (await PullSecretsAsync()).Length.ShouldBe(2, "a commit that can be gone back to names the former one");
        (await GitAsync("log", "--patch", "main")).ShouldNotContain("canary-password");
    }

    [Fact]
    public async Task One_that_no_recent_commit_names_is_removed_and_what_can_be_gone_back_to_is_kept()
    {
        WriteVersion(1, Account);
        (await CommitAsync(GitOps, secret: LoginWith("canary-password-4714"))).Failure.ShouldBeNull();
        var first = (await PullSecretsAsync()).ShouldHaveSingleItem();
        await CommitBesideAsync();
        (await CommitAsync(GitOps, secret: LoginWith("canary-password-4715"))).Failure.ShouldBeNull();
        var second = (await PullSecretsAsync()).Except([first]).ShouldHaveSingleItem();
        (await PullSecretsAsync()).ShouldContain(first);

        await CommitBesideAsync();
        (await CommitAsync(GitOps, secret: LoginWith("canary-password-4716"))).Failure.ShouldBeNull();

        var left = await PullSecretsAsync();
        left.Length.ShouldBe(2);
        left.ShouldContain(second);
        left.ShouldNotContain(first);
    }

    [Fact]
    public async Task What_was_made_for_a_commit_that_never_came_is_removed_with_its_namespace()
    {
        WriteVersion(1, Account);
        Manifests.Protect("GH006: Protected branch update failed");

        var run = await CommitAsync(GitOps, secret: LoginWith("canary-password-4714"));

        run.Failure.ShouldBeOfType<PushRefusedException>();
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        await Api.Until("/api/v1/namespaces/maily", answer => answer.Status == HttpStatusCode.NotFound);
    }

    async Task CommitBesideAsync()
    {
        for (var number = 1; number <= KeptCommits; number++)
            await Manifests.CommitAsync($"{Path}/note.txt", $"note {Guid.NewGuid()}", $"Note {number}", Token);
    }

    static ClusterSecret LoginWith(string password) => ClusterSecret.PullLogin(
        new RegistryAddress("registry.example", "maily"),
        new Variables([new("REGISTRY_PULL_USER", "robot", "test"), new("REGISTRY_PULL_PASSWORD", password, "test")])).ShouldNotBeNull();

    async Task<string[]> PullSecretsAsync() =>
        [.. (await Api.Get("/api/v1/namespaces/maily/secrets?labelSelector=maily.dev/secret%3Dregistry-pull")).Is(HttpStatusCode.OK).Body["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!)];
}

[Collection("embedded cluster with a node")]
public sealed class EmbeddedCommittedSecretTests(EmbeddedNodeFixture fixture) : CommittedSecretContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealCommittedSecretTests(RealNodeFixture fixture) : CommittedSecretContract(fixture);

/// <summary>The same with Applications that only sync when they are told to.</summary>
[Collection("embedded cluster with a node")]
public sealed class EmbeddedManualCommittedSecretTests(EmbeddedNodeFixture fixture) : CommittedSecretContract(fixture)
{
    protected override bool SyncsByItself => false;
}
