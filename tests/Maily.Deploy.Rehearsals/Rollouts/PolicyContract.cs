using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>A deployment holds manifests to the policies itself, whether or not somebody validated them before.</summary>
public abstract class PolicyContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string ByTag = "registry.example/maily/api:2";

    ManifestGate gate = Asking(PolicyRule.ImageDigest);
    ImmutableArray<KubernetesObject> generated = [];

    [Fact]
    public async Task What_keeps_to_the_policies_is_applied()
    {
        WriteVersion(1);

        (await DeployAsync()).Failure.ShouldBeNull();

        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task Manifests_that_break_a_policy_are_refused_by_object_and_path_and_nothing_is_applied()
    {
        WriteVersion(1);
        await DeployAsync();
        var before = await Snapshot();
        WriteVersion(2, Extra);
        Rewrite(ImageOf(2), ByTag);

        var run = await DeployAsync();

        var refused = run.Failure.ShouldBeOfType<PolicyViolatedException>();
        refused.Fact.ShouldBe("The manifests of eu-west-1 break 1 policy: image-digest.");
        refused.Findings.Select(finding => $"{finding.Object} {finding.Path}").ShouldBe(
            ["Deployment maily/api /spec/template/spec/containers/0/image", "StatefulSet maily/store /spec/template/spec/containers/0/image"], ignoreOrder: true);
        refused.Evidence.ShouldNotBeNull().ShouldContain("Deployment maily/api /spec/template/spec/containers/0/image: image-digest: ");
        run.Deployment.State.Steps.ShouldBeEmpty();
        (await Snapshot()).ShouldBe(before);
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
    }

    // What the deployment makes itself is in no overlay.
    [Fact]
    public async Task What_only_the_step_can_see_is_refused_before_the_first_object_is_applied()
    {
        gate = Asking(PolicyRule.IngressTls);
        generated = ManifestYaml.Parse("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: api, namespace: maily }
            spec: { rules: [ { host: api.maily.example } ] }
            """);
        WriteVersion(1);

        var run = await DeployAsync();

        var finding = run.Failure.ShouldBeOfType<PolicyViolatedException>().Findings.ShouldHaveSingleItem();
        $"{finding.Object} {finding.Path}".ShouldBe("Ingress maily/api /spec/tls");
        run.Deployment.State.Steps.Keys.Select(step => step.Name).ShouldBe(["eu-west-1"]);
        (await Api.Get("/api/v1/namespaces/maily")).Is(HttpStatusCode.NotFound);
    }

    // The overlay is small: of all rules only one is asked.
    static ManifestGate Asking(PolicyRule rule) => new()
    {
        Policy = new() { Severities = PolicyRule.All.Where(other => other != rule).ToImmutableDictionary(other => other, _ => PolicySeverity.Ignore) },
    };

    private protected override DeployK8sStage StageOf(ClusterSettings settings, ImmutableArray<RegionSpec> regions) =>
        new(regions, settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System))) { Gate = gate, Generated = generated };

    void Rewrite(string image, string other)
    {
        var file = Path.Combine(Overlay, "objects.yaml");
        Write("objects.yaml", File.ReadAllText(file).Replace(image, other, StringComparison.Ordinal));
    }

    const string Extra = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: extra }
        spec: { selector: { app: api }, ports: [ { port: 80 } ] }
        """;
}
