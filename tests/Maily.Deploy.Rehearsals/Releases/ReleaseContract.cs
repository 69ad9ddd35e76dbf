using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;

namespace Maily.Deploy.Rehearsals.Releases;

/// <summary>The cluster keeps the releases that it ran, and a rollback goes back to what it kept.</summary>
public abstract class ReleaseContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string Extra = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: extra }
        spec: { selector: { app: api }, ports: [ { port: 80, protocol: TCP } ] }
        """;

    static readonly string Data = ClaimOf("data") + """
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: notes.data.maily.test }
        spec:
          group: data.maily.test
          names: { kind: Note, listKind: NoteList, plural: notes, singular: note }
          scope: Namespaced
          versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } } ]
        """;

    const string Definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/notes.data.maily.test";
    const string Claim = "/api/v1/namespaces/maily/persistentvolumeclaims/data";

    [Fact]
    public async Task Each_release_leaves_its_record_as_an_immutable_Secret_and_one_that_changes_nothing_leaves_none()
    {
        WriteVersion(1);
        var first = await DeployAsync();
        var second = await DeployAsync();

        second.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        var record = (await RecordsAsync()).ShouldHaveSingleItem();
        record["type"]!.GetValue<string>().ShouldBe("maily.dev/release.v1");
        record["immutable"]!.GetValue<bool>().ShouldBeTrue();
        record["metadata"]!["name"]!.GetValue<string>().ShouldBe($"maily.release.deployk8s.eu-west-1.{first.Deployment.Context.Id}.0".ToLowerInvariant());
    }

    [Fact]
    public async Task The_last_ten_are_kept()
    {
        foreach (var number in Enumerable.Range(1, 12))
        {
            WriteSettings(number.ToString(CultureInfo.InvariantCulture));
            (await DeployAsync()).Failure.ShouldBeNull();
        }

        (await RecordsAsync()).Count().ShouldBe(10);
    }

    [Fact]
    public async Task A_rollback_applies_what_the_cluster_recorded_and_removes_what_came_later_though_the_clone_has_neither()
    {
        WriteVersion(1);
        var first = await DeployAsync();
        var before = await Snapshot();
        // By hand, between two releases: a rollback goes back to the release, not to what was made of it.
        (await Api.Patch("/api/v1/namespaces/maily/configmaps/settings", ClusterApi.Merge, """{"data":{"VERSION":"by hand"}}""")).Is(HttpStatusCode.OK);
        (await Snapshot()).ShouldNotBe(before);
        WriteVersion(2, Extra);
        (await DeployAsync(Settings with { ForceConflicts = true })).Failure.ShouldBeNull();
        (await ObjectAsync("Service", "extra")).ShouldNotBeNull();
        Directory.Delete(Overlay, recursive: true);

        var result = await RollbackAsync();

        var step = result.Deployments.ShouldHaveSingleItem().Steps.ShouldHaveSingleItem();
        step.Result.ShouldBe(CompensationResult.Undone($"4 objects are as {first.Deployment.Context.Id} recorded them, 1 new ones are removed"));
        (await Snapshot()).ShouldBe(before);
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
        (await RecordsAsync()).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_rollback_brings_back_what_went_since()
    {
        WriteVersion(1, Extra);
        await DeployAsync();
        WriteVersion(2);
        (await DeployAsync()).Outputs("DeployK8s", "eu-west-1-prune")["pruned"].ShouldBe("Service maily/extra");
        (await Api.Delete("/api/v1/namespaces/maily/configmaps/settings")).Is(HttpStatusCode.OK);
        (await ObjectAsync("Service", "extra")).ShouldBeNull();

        await RollbackAsync();

        (await ObjectAsync("Service", "extra")).ShouldNotBeNull();
        (await ObjectAsync("ConfigMap", "settings"))!["data"]!["VERSION"]!.GetValue<string>().ShouldBe("1");
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task A_release_that_only_lets_objects_go_is_recorded_without_them()
    {
        WriteVersion(1, Extra);
        await DeployAsync();
        WriteVersion(1);
        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1-prune").ShouldBe("Verified");
        WriteVersion(2);
        await DeployAsync();

        await RollbackAsync();

        (await ObjectAsync("Service", "extra")).ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task Several_releases_are_gone_back_over_one_by_one()
    {
        WriteVersion(1);
        var first = await DeployAsync();
        WriteVersion(2);
        await DeployAsync();
        WriteVersion(3, Extra);
        await DeployAsync();

        var result = await RollbackAsync(first.Deployment.Context.Id);

        result.Deployments.Length.ShouldBe(2);
        (await LiveImage("StatefulSet", "store")).ShouldBe(ImageOf(1));
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
    }

    [Fact]
    public async Task Without_the_record_the_journal_is_the_way_back()
    {
        WriteVersion(1);
        await DeployAsync();
        var before = await Snapshot();
        foreach (var record in await RecordsAsync())
            (await Api.Delete($"/api/v1/namespaces/maily/secrets/{record["metadata"]!["name"]}")).Is(HttpStatusCode.OK);
        (await RecordsAsync()).ShouldBeEmpty();
        WriteVersion(2);
        await DeployAsync();

        var result = await RollbackAsync();

        result.Deployments.Single().Steps.Single().Result.Text.ShouldContain("are as before");
        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task A_deployment_that_failed_leaves_no_record()
    {
        WriteVersion(1);
        await DeployAsync();

        WriteVersion(2);
        (await DeployAsync(undo: true)).ShouldBeUndone();

        (await RecordsAsync()).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_release_too_large_for_one_Secret_is_kept_in_several_and_comes_back_whole()
    {
        WriteMaps(bytes: 600_000);
        await DeployAsync();
        (await RecordsAsync()).Count().ShouldBeGreaterThan(1);
        var before = await Snapshot();
        WriteSettings("small");
        (await DeployAsync()).Failure.ShouldBeNull();
        (await ObjectAsync("ConfigMap", "large-0")).ShouldBeNull();

        await RollbackAsync();

        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task A_rollback_keeps_what_people_may_have_data_in_says_so_and_a_later_release_lets_it_go_when_it_may()
    {
        WriteVersion(1);
        await DeployAsync();
        WriteVersion(2, $"{Extra}\n{Data}");
        (await DeployAsync()).Failure.ShouldBeNull();
        try
        {
            var result = (await RollbackAsync()).Deployments.ShouldHaveSingleItem().Steps.ShouldHaveSingleItem().Result;

            result.State.ShouldBe(CompensationState.Kept);
            result.Text.ShouldContain("1 new ones are removed; kept, as pruning would: CustomResourceDefinition notes.data.maily.test, PersistentVolumeClaim maily/data;");
            (await Api.Get(Definition)).Is(HttpStatusCode.OK);
            (await Api.Get(Claim)).Is(HttpStatusCode.OK);
            (await ObjectAsync("Service", "extra")).ShouldBeNull();
            await KubectlAsync("--namespace=maily", "annotate", "persistentvolumeclaim", "data", "maily.dev/prune=true");
            WriteVersion(1);
            (await DeployAsync()).Outputs("DeployK8s", "eu-west-1-prune")["pruned"].ShouldBe("PersistentVolumeClaim maily/data");
        }
        finally
        {
            await RemoveDefinitionAsync();
        }
    }

    [Fact]
    public async Task A_deployment_that_nobody_ended_is_undone_hours_later_without_what_people_may_have_data_in_by_then()
    {
        WriteVersion(1);
        await DeployAsync();
        WriteVersion(2, $"{Extra}\n{Data}");
        await RunOf(Settings).LeaveAsync(Commit, CancellationToken.None, Token);
        try
        {
            var later = new DeploymentRun(Folder, StageOf(Settings, [Region])) { Time = new LaterTime(TimeSpan.FromHours(2)) };
            var result = (await later.RollbackAsync(Commit, new RollbackOptions(), Token)).Deployments.ShouldHaveSingleItem().Steps.Single(step => step.Step.Name == Region.Name).Result;

            result.State.ShouldBe(CompensationState.Kept);
            result.Text.ShouldContain("1 new ones are removed; kept, as pruning would: CustomResourceDefinition notes.data.maily.test, PersistentVolumeClaim maily/data;");
            (await Api.Get(Claim)).Is(HttpStatusCode.OK);
            (await ObjectAsync("Service", "extra")).ShouldBeNull();
        }
        finally
        {
            await RemoveDefinitionAsync();
        }
    }

    [Fact]
    public async Task Objects_that_name_no_namespace_get_the_standard_one_made_and_a_rollback_keeps_that_one_alone()
    {
        Write("kustomization.yaml", "resources: [objects.yaml]\n");
        Write("objects.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: lone }\ndata: { a: b }\n");
        (await DeployAsync()).Failure.ShouldBeNull();
        (await ObjectAsync("ConfigMap", "lone")).ShouldNotBeNull();
        (await RecordsAsync()).Count().ShouldBe(1);

        var result = await RollbackAsync(new RollbackOptions { ToNothing = true });

        result.Deployments.Single().Steps.Single().Result.Text.ShouldContain("there was nothing to go back to; kept, as pruning would: Namespace maily;");
        (await Api.Get("/api/v1/namespaces/maily")).Body["metadata"]!["deletionTimestamp"].ShouldBeNull();
        (await ObjectAsync("ConfigMap", "lone")).ShouldBeNull();
    }

    async Task RemoveDefinitionAsync()
    {
        await Api.Delete(Definition);
        await Api.Until(Definition, answer => answer.Status == HttpStatusCode.NotFound);
    }

    void WriteSettings(string value) => Write("objects.yaml", $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings }
        data: { VERSION: "{{value}}" }
        """);

    // Random, so that it cannot be compressed.
    void WriteMaps(int bytes) => Write("objects.yaml", string.Join("---\n", Enumerable.Range(0, 3).Select(number => $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: large-{{number}} }
        binaryData: { noise: "{{Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes))}}" }

        """).Prepend("apiVersion: v1\nkind: Namespace\nmetadata: { name: maily }\n")));

    async Task<IEnumerable<JsonNode>> RecordsAsync() =>
        (await ObjectsAsync("Secret")).OfType<JsonNode>().Where(secret => secret["type"]!.GetValue<string>() == "maily.dev/release.v1");
}
