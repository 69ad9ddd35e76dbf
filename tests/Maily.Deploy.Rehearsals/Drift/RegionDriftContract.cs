using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Drift;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Drift;

/// <summary>What Drift finds in a cluster; the same for the embedded API and the real one.</summary>
public abstract class RegionDriftContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    const string Kept = "4 objects compared, 1 of former releases are kept, for a rollback or since they hold data";

    const string Extra = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: extra }
        spec: { selector: { app: api }, ports: [ { port: 80, protocol: TCP } ] }
        """;

    [Fact]
    public async Task A_region_as_it_was_released_has_nothing_to_report()
    {
        await ReleaseAsync();

        var part = await CompareAsync();

        part.Findings.ShouldBeEmpty();
        part.State.ShouldBe(DriftState.AsReleased);
        part.Note.ShouldBe("4 objects compared");
    }

    [Fact]
    public async Task What_is_missing_changed_or_added_by_hand_is_found_with_who_did_it()
    {
        await ReleaseAsync();
        await KubectlAsync("-n", "maily", "delete", "configmap", "settings");
        await KubectlAsync("-n", "maily", "patch", "deployment/api", "--patch", """{"spec":{"replicas":3}}""");
        await KubectlAsync("-n", "maily", "set", "env", "statefulset/store", "DEBUG=1");

        var part = await CompareAsync();

        part.State.ShouldBe(DriftState.Drifted);
        part.Findings.Select(finding => (finding.What, finding.Kind)).ShouldBe(
            [("ConfigMap maily/settings", DriftKind.Missing), ("Deployment maily/api", DriftKind.Changed), ("StatefulSet maily/store", DriftKind.Changed)]);
        var replicas = part.Findings[1].Fields.ShouldHaveSingleItem();
        (replicas.Path, replicas.Wanted, replicas.Found).ShouldBe((".spec.replicas", "2", "3"));
        replicas.By.ShouldNotBeNull().ShouldContain("kubectl");
        var added = part.Findings[2].Fields.ShouldHaveSingleItem();
        added.Path.ShouldStartWith(".spec.template.spec.containers[0].env");
        added.Wanted.ShouldBeNull();
        added.Found.ShouldNotBeNull().ShouldContain("DEBUG");
        added.By.ShouldNotBeNull().ShouldContain("kubectl");
    }

    [Fact]
    public async Task An_object_with_our_mark_that_is_of_no_release_is_extra_and_one_of_somebody_else_is_not()
    {
        var first = await ReleaseAsync(Extra);
        (await Api.Post("/api/v1/namespaces/maily/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"of-somebody-else"}}""")).Is(HttpStatusCode.Created);

        var part = await CompareAsync(WithoutExtra());

        var finding = part.Findings.ShouldHaveSingleItem();
        (finding.What, finding.Kind, finding.Note).ShouldBe(("Service maily/extra", DriftKind.Extra, $"applied by {first}"));
    }

    [Fact]
    public async Task A_configuration_of_a_former_release_is_kept_and_no_drift()
    {
        var first = await ReleaseAsync("\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings-of-before }, data: { A: b } }\n");

        var part = await CompareAsync(WithoutExtra(), first);

        part.Findings.ShouldBeEmpty();
        part.Note.ShouldBe(Kept);
        (await CompareAsync(WithoutExtra())).Findings.ShouldHaveSingleItem().What.ShouldBe("ConfigMap maily/settings-of-before");
    }

    [Fact]
    public async Task What_holds_data_is_kept_beyond_its_release_and_no_drift()
    {
        await ReleaseAsync("""

            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: uploads }
            spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
            """);

        var part = await CompareAsync(WithoutExtra());

        part.Findings.ShouldBeEmpty();
        part.Note.ShouldBe(Kept);
    }

    [Fact]
    public async Task A_field_that_is_left_to_a_program_in_the_cluster_is_no_drift_once_that_has_set_it()
    {
        await ReleaseAsync("\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: tuning, annotations: { maily.dev/leave: data.WORKERS } }, data: { WORKERS: '1', MODE: slow } }\n");
        await KubectlAsync("-n", "maily", "patch", "configmap", "tuning", "--patch", """{"data":{"WORKERS":"4"}}""");
        (await CompareAsync()).Findings.ShouldBeEmpty();

        await KubectlAsync("-n", "maily", "patch", "configmap", "tuning", "--patch", """{"data":{"MODE":"fast"}}""");

        (await CompareAsync()).Findings.ShouldHaveSingleItem().Fields.ShouldHaveSingleItem().Path.ShouldBe(".data.MODE");
    }

    [Fact]
    public async Task An_API_of_another_server_that_is_down_does_not_hide_the_rest()
    {
        const string Service = "/apis/apiregistration.k8s.io/v1/apiservices";
        await ReleaseAsync(Extra);
        (await Api.Post(Service, """
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.maily.test"},
            "spec":{"group":"metrics.maily.test","version":"v1beta1","service":{"name":"metrics","namespace":"maily"},"insecureSkipTLSVerify":true,"groupPriorityMinimum":100,"versionPriority":100}}
            """)).Is(HttpStatusCode.Created);
        try
        {
            await TakeDownAsync();
            await Api.Until("/apis", answer => answer.Body["groups"]!.AsArray().Any(group => (string?)group!["name"] == "metrics.maily.test"));
            await Api.Until("/apis/metrics.maily.test/v1beta1", answer => answer.Status == HttpStatusCode.ServiceUnavailable);

            (await CompareAsync(WithoutExtra())).Findings.ShouldHaveSingleItem().What.ShouldBe("Service maily/extra");
        }
        finally
        {
            // A namespace is not removed while an API cannot be asked for its content.
            await Api.Delete($"{Service}/v1beta1.metrics.maily.test");
            await Api.Delete($"{Definitions}/loads.metrics.maily.test");
        }
    }

    // The real API asks the server that is named, and there is none; the embedded one asks nobody, and is told what to answer.
    async Task TakeDownAsync()
    {
        if (Cluster is not EmbeddedCluster)
            return;
        (await Api.Post(Definitions, """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"loads.metrics.maily.test"},
            "spec":{"group":"metrics.maily.test","scope":"Namespaced","names":{"plural":"loads","kind":"Load"},
            "versions":[{"name":"v1beta1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """)).Is(HttpStatusCode.Created);
        Faults.Add(new ApiFault { Path = "/apis/metrics.maily.test/v1beta1", Status = HttpStatusCode.ServiceUnavailable });
    }

    [Fact]
    public async Task Comparing_changes_nothing()
    {
        await ReleaseAsync();
        await KubectlAsync("-n", "maily", "scale", "deployment/api", "--replicas=3");
        var before = await VersionsAsync();

        await CompareAsync();

        (await VersionsAsync()).ShouldBe(before);
    }

    async Task<string> VersionsAsync()
    {
        var versions = new List<string>();
        foreach (var kind in new[] { "ConfigMap", "Deployment", "StatefulSet", "Service" })
            versions.AddRange((await ObjectsAsync(kind)).Select(item => $"{item!["metadata"]!["name"]} {item["metadata"]!["generation"]} {item["metadata"]!["annotations"]?.ToJsonString()} {item["data"]?.ToJsonString()} {item["spec"]?.ToJsonString()}"));
        return string.Join('\n', versions);
    }

    Func<CancellationToken, Task<ImmutableArray<KubernetesObject>>> WithoutExtra()
    {
        WriteVersion(1);
        return token => new ManifestRenderer(new ProcessRunner(TimeProvider.System)).RenderAsync(Region, token);
    }

    async Task<string> ReleaseAsync(string more = "")
    {
        WriteVersion(1, more);
        var run = await DeployAsync();
        run.Failure.ShouldBeNull();
        return run.Deployment.Context.Id.Value;
    }

    async Task<DriftPart> CompareAsync(Func<CancellationToken, Task<ImmutableArray<KubernetesObject>>>? released = null, params string[] standing)
    {
        var renderer = new ManifestRenderer(new ProcessRunner(TimeProvider.System));
        var manifests = ReleaseManifests.Of(await (released?.Invoke(Token) ?? renderer.RenderAsync(Region, Token)), ImmutableDictionary<string, string>.Empty);
        var live = new ReleaseRecord { Deployment = DeploymentId.Create(TimeProvider.System, Commit), Environment = "sandbox", Commit = Commit, At = TimeProvider.System.GetUtcNow() };
        return await new RegionDrift(Region, Settings, new Known(manifests), TimeProvider.System).CompareAsync("region eu-west-1", new(live, standing.ToHashSet()), Token);
    }


    sealed class Known(ReleaseManifests manifests) : IReleasedManifests
    {
        public Task<ReleaseManifests?> FindAsync(RegionSpec region, ReleaseRecord release, CancellationToken cancellation) => Task.FromResult<ReleaseManifests?>(manifests);
    }
}

[Collection("embedded cluster with a node")]
public sealed class EmbeddedRegionDriftTests(EmbeddedNodeFixture fixture) : RegionDriftContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealRegionDriftTests(RealNodeFixture fixture) : RegionDriftContract(fixture);
