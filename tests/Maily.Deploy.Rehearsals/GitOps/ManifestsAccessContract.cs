using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary>How commits reach the repository, what keeps them away, and what the checks say of it beforehand.</summary>
public abstract class ManifestsAccessContract(ClusterFixture fixture) : GitOpsCase(fixture)
{
    [Fact]
    public async Task What_a_killed_run_committed_is_found_and_not_committed_again()
    {
        WriteVersion(1);
        Argo.Faults.IsDead = true;
        var killed = CommitAsync(GitOps with { Patience = GitOps.Patience with { NoActivity = TimeSpan.FromSeconds(2) } });
        await killed;
        Argo.Faults.IsDead = false;
        var commits = await GitAsync("rev-list", "--count", "main");

        // The dead one's folder was taken back, so this commits; deploying it once more does not.
        (await CommitAsync()).Failure.ShouldBeNull();
        (await GitAsync("rev-list", "--count", "main")).ShouldBe($"{int.Parse(commits) + 1}");
        (await CommitAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
    }

    [Fact]
    public async Task A_protected_branch_a_read_only_token_and_wrong_credentials_are_told_apart()
    {
        WriteVersion(1);
        var head = await GitAsync("rev-parse", "main");
        Manifests.Protect("GH006: Protected branch update failed");
        (await CommitAsync()).Failure.ShouldBeOfType<PushRefusedException>().Evidence.ShouldNotBeNull().ShouldContain("Protected branch");
        Manifests.Protect(null);
        Manifests.IsReadOnly = true;
        (await CommitAsync()).Failure.ShouldBeOfType<ManifestsAccessException>();
        (await CheckAsync("repository", GitOps)).Fact.ShouldContain("refuses the credentials");
        Manifests.IsReadOnly = false;
        (await CheckAsync("repository", GitOps with { Repository = Repository with { Authorization = new("Authorization: Basic bm9ib2R5Om5vdGhpbmc=") } })).Fact.ShouldContain("refuses the credentials");
        (await CheckAsync("repository", GitOps with { Repository = Repository with { Branch = "releases" } })).Fact.ShouldContain("The branch releases of");
        (await CheckAsync("repository", GitOps with { Repository = Repository with { Url = Manifests.Url.Replace("manifests.git", "other.git", StringComparison.Ordinal) } })).Fact.ShouldContain("is not there");
        (await CheckAsync("repository", GitOps with { Repository = Repository with { Url = "http://127.0.0.1:9/maily/manifests.git" } })).Fact.ShouldContain("does not answer");
        (await GitAsync("rev-parse", "main")).ShouldBe(head);
    }

    [Fact]
    public async Task Every_check_passes_where_all_is_right_and_names_what_is_not()
    {
        WriteVersion(1);
        await Api.Until("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/maily-eu-west-1", answer => answer.Body["status"]?["reconciledAt"] is not null);
        foreach (var name in new[] { "repository", "eu-west-1 folder", "eu-west-1 application", "eu-west-1 project" })
            (await CheckAsync(name, GitOps)).Outcome.ShouldBe(CheckOutcome.Passed, $"{name}: {(await CheckAsync(name, GitOps)).Fact}");

        (await CheckAsync("eu-west-1 application", GitOps with { Product = "other" })).Fact.ShouldContain("there is no Application argocd/other-eu-west-1");
        (await CheckAsync("eu-west-1 folder", GitOps, Region with { Name = "eu-west-1" })).Outcome.ShouldBe(CheckOutcome.Passed);
        await Manifests.CommitAsync($"{Path}/README.md", null, "Remove it", Token);
        (await CheckAsync("eu-west-1 folder", GitOps)).Remedy.ShouldContain("README.md");
        Write("objects.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: reader }\nrules: []\n");
        (await CheckAsync("eu-west-1 project", GitOps)).Fact.ShouldContain("does not permit ClusterRole");
    }

    [Fact]
    public async Task An_answer_that_was_lost_after_the_push_makes_no_second_commit()
    {
        WriteVersion(1);
        Manifests.Faults.Add(new() { Method = "POST", Path = "/maily/manifests.git/git-receive-pack", Cut = Maily.Deploy.Sandbox.Http.ConnectionCut.AfterHandling });
        var commits = int.Parse(await GitAsync("rev-list", "--count", "main"));

        (await CommitAsync()).Failure.ShouldBeNull();

        int.Parse(await GitAsync("rev-list", "--count", "main")).ShouldBe(commits + 1);
    }

    async Task<CheckResult> CheckAsync(string name, GitOpsSettings settings, Maily.Deploy.Kubernetes.RegionSpec? region = null)
    {
        var check = GitOpsChecks.For([region ?? Region], Settings, settings, new ManifestRenderer(new ProcessRunner(TimeProvider.System)), new ProcessRunner(TimeProvider.System), TimeProvider.System).Single(check => check.Name == name);
        return (await new CheckRunner(TimeProvider.System).RunAsync([check], ["DeployK8s"], Token)).Lines.Single().Result;
    }
}

[Collection("embedded cluster with a node")]
public sealed class EmbeddedManifestsAccessTests(EmbeddedNodeFixture fixture) : ManifestsAccessContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealManifestsAccessTests(RealNodeFixture fixture) : ManifestsAccessContract(fixture);

/// <summary>The same with Applications that only sync when they are told to.</summary>
[Collection("embedded cluster with a node")]
public sealed class EmbeddedManualManifestsAccessTests(EmbeddedNodeFixture fixture) : ManifestsAccessContract(fixture)
{
    protected override bool SyncsByItself => false;
}
