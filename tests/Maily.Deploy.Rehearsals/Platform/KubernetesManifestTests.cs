using System.Globalization;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Rehearsals.Platform;

public sealed class KubernetesManifestTests
{
    public static TheoryData<string> Regions => ["eu-west-1", "us-east-1"];

    static readonly string[] Probes = ["startupProbe", "readinessProbe", "livenessProbe"];

    [Fact]
    public void Every_overlay_is_one_of_the_tested_regions() =>
        Region.Parts.ShouldAllBe(part => Directory.GetDirectories(PlatformFolder.Path(Region.FoldersOf(part))).Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal).SequenceEqual(Regions.Select(row => row.Data)));

    [Theory, MemberData(nameof(Regions))]
    public async Task The_workloads_of_a_region_run_all_declared_images_by_bare_names(string name)
    {
        var region = await RenderAsync(name);

        region.Workloads.SelectMany(workload => workload.Containers()).Select(container => container.Text("image")).Distinct(StringComparer.Ordinal)
            .ShouldBe(PlatformFolder.Services.Concat(PlatformFolder.Upstreams), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task What_is_stateful_or_apart_is_there_with_a_readiness_of_its_own(string name)
    {
        var asked = (await RenderAsync(name)).Workloads.ToDictionary(workload => workload.Text("metadata", "name")!, workload => workload.Containers()[0].At("readinessProbe")!, StringComparer.Ordinal);

        asked["redis"].Items("exec", "command")[^1].ToString().ShouldBe("[ \"$(redis-cli ping)\" = PONG ]");
        asked["temporal"].Items("exec", "command")[^1].ToString().ShouldContain("operator cluster health");
        asked["vespa"].Text("httpGet", "path").ShouldBe("/state/v1/health");
        asked["vespa-configserver"].Text("httpGet", "port").ShouldBe("config");
        asked["otel-collector"].Text("httpGet", "port").ShouldBe("health");
        foreach (var service in new[] { "blockchain-gateway", "ai-adapter-openai", "ai-adapter-anthropic", "ai-adapter-google", "octotools" })
            asked[service].Text("httpGet", "path").ShouldBe("/health/ready", service);
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Every_policy_holds_and_what_is_excepted_says_why(string name)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var gate = new ManifestGate { Policy = ManifestPolicy.Strict, Declared = [.. PlatformFolder.Services, .. PlatformFolder.Upstreams] };
        var first = ManifestYaml.Parse(await Region.TextOfAsync(Region.Parts[0], name, cancellation));

        var verdict = gate.Judge(first, pinned: false);
        var after = gate.Judge(ManifestYaml.Parse(await Region.TextOfAsync(Region.Parts[1], name, cancellation)), pinned: false, elsewhere: first);

        verdict.Refused.Concat(after.Refused).ShouldBeEmpty();
        after.Excepted.ShouldBeEmpty();
        verdict.Excepted.Select(finding => $"{finding.Object} {finding.Rule}").Distinct(StringComparer.Ordinal).ShouldBe(
            ["Deployment maily/temporal read-only-root", "StatefulSet maily/vespa read-only-root", "StatefulSet maily/vespa-configserver read-only-root"], ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task The_quota_has_room_for_a_rollout_of_everything(string name)
    {
        var region = await RenderAsync(name);
        var quota = region.OfKind("ResourceQuota").Single();

        foreach (var (bound, resource) in new[] { ("requests", "cpu"), ("requests", "memory"), ("limits", "cpu"), ("limits", "memory") })
        {
            // Deployments run one more pod while they roll out; pods of stateful sets are replaced.
            var needed = region.Workloads.Sum(workload => (decimal.Parse(workload.Text("spec", "replicas")!, CultureInfo.InvariantCulture) + (workload.Text("kind") == "Deployment" ? 1 : 0))
                * workload.Containers().Sum(container => Quantity(container.Text("resources", bound, resource)!)));
            needed.ShouldBeLessThanOrEqualTo(Quantity(quota.Text("spec", "hard", $"{bound}.{resource}")!), $"{bound}.{resource}");
        }
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Every_object_says_what_it_belongs_to_and_who_manages_it(string name)
    {
        foreach (var one in (await RenderAsync(name)).Objects)
        {
            one.Text("metadata", "labels", "app.kubernetes.io/name").ShouldNotBeNullOrEmpty(one.Title());
            one.Text("metadata", "labels", "app.kubernetes.io/part-of").ShouldBe("maily", one.Title());
            one.Text("metadata", "labels", "app.kubernetes.io/managed-by").ShouldBe("maily-deploy", one.Title());
            one.Text("metadata", "labels", "topology.maily.example/region").ShouldBe(name, one.Title());
        }
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Selectors_hold_the_name_alone_since_they_can_never_change(string name)
    {
        foreach (var workload in (await RenderAsync(name)).Workloads)
        {
            var selector = workload.At("spec", "selector", "matchLabels").ShouldBeOfType<YamlMappingNode>(workload.Title());
            selector.Children.Keys.Select(key => key.ToString()).ShouldBe(["app.kubernetes.io/name"], workload.Title());
            selector.Text("app.kubernetes.io/name")
                .ShouldBe(workload.Text("spec", "template", "metadata", "labels", "app.kubernetes.io/name"), workload.Title());
        }
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Every_container_has_three_probes_and_bounds_on_what_it_uses(string name)
    {
        foreach (var workload in (await RenderAsync(name)).Workloads)
        {
            workload.Containers().ShouldNotBeEmpty(workload.Title());
            foreach (var container in workload.Containers())
            {
                foreach (var probe in Probes)
                    container.At(probe).ShouldNotBeNull($"{workload.Title()} {probe}");
                foreach (var bound in new[] { "requests", "limits" })
                {
                    container.Text("resources", bound, "cpu").ShouldNotBeNullOrEmpty($"{workload.Title()} {bound}");
                    container.Text("resources", bound, "memory").ShouldNotBeNullOrEmpty($"{workload.Title()} {bound}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task No_container_has_more_rights_than_it_needs(string name)
    {
        foreach (var workload in (await RenderAsync(name)).Workloads)
        {
            var pod = workload.At("spec", "template", "spec").ShouldNotBeNull(workload.Title());
            pod.Text("securityContext", "runAsNonRoot").ShouldBe("true", workload.Title());
            pod.Text("securityContext", "seccompProfile", "type").ShouldBe("RuntimeDefault", workload.Title());
            pod.Text("automountServiceAccountToken").ShouldBe("false", workload.Title());
            foreach (var container in workload.Containers())
            {
                container.Text("securityContext", "allowPrivilegeEscalation").ShouldBe("false", workload.Title());
                container.Items("securityContext", "capabilities", "drop").Select(one => one.ToString()).ShouldBe(["ALL"]);
            }
        }
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task A_workload_mounts_the_configuration_of_its_own_release(string name)
    {
        var region = await RenderAsync(name);
        var configurations = region.OfKind("ConfigMap").Select(one => one.Text("metadata", "name")).ToList();

        configurations.ShouldAllBe(one => System.Text.RegularExpressions.Regex.IsMatch(one!, "-[a-z0-9]{10}$", default, TimeSpan.FromSeconds(1)));
        var mounted = region.Workloads.SelectMany(workload => workload.Containers()).SelectMany(container => container.Items("envFrom")).Select(source => source.Text("configMapRef", "name"))
            .Concat(region.Workloads.SelectMany(workload => workload.Items("spec", "template", "spec", "volumes")).Select(volume => volume.Text("configMap", "name"))).OfType<string>();
        // The routing of the AI services is rendered when they are deployed.
        mounted.Where(one => one != "ai-routing").Distinct(StringComparer.Ordinal).ShouldBe(configurations, ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Only_groups_of_current_versions_are_used(string name) =>
        (await RenderAsync(name)).Objects.Select(one => one.Text("apiVersion")).Distinct(StringComparer.Ordinal)
            .ShouldBeSubsetOf(["v1", "apps/v1", "networking.k8s.io/v1", "policy/v1"]);

    [Theory, MemberData(nameof(Regions))]
    public async Task Nothing_talks_to_anything_unless_a_policy_allows_it(string name)
    {
        var denial = (await RenderAsync(name)).OfKind("NetworkPolicy").Single(one => one.Text("metadata", "name") == "default-deny");

        denial.At("spec", "podSelector").ShouldBeOfType<YamlMappingNode>().Children.ShouldBeEmpty();
        denial.Items("spec", "policyTypes").Select(one => one.ToString()).ShouldBe(["Ingress", "Egress"]);
        denial.At("spec", "ingress").ShouldBeNull();
        denial.At("spec", "egress").ShouldBeNull();
    }

    static decimal Quantity(string text) => text switch
    {
        _ when text.EndsWith('m') => decimal.Parse(text[..^1], CultureInfo.InvariantCulture) / 1000,
        _ when text.EndsWith("Mi", StringComparison.Ordinal) => decimal.Parse(text[..^2], CultureInfo.InvariantCulture),
        _ when text.EndsWith("Gi", StringComparison.Ordinal) => decimal.Parse(text[..^2], CultureInfo.InvariantCulture) * 1024,
        _ => decimal.Parse(text, CultureInfo.InvariantCulture),
    };

    static Task<Region> RenderAsync(string name) => Region.RenderAsync(name, TestContext.Current.CancellationToken);
}
