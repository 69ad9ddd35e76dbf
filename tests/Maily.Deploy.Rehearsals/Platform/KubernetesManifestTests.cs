using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Rehearsals.Platform;

public sealed class KubernetesManifestTests
{
    public static TheoryData<string> Regions => ["eu-west-1", "us-east-1"];

    static readonly string[] Probes = ["startupProbe", "readinessProbe", "livenessProbe"];

    [Fact]
    public void Every_overlay_is_one_of_the_tested_regions() =>
        Directory.GetDirectories(PlatformFolder.Path("kubernetes", "regions")).Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal).ShouldBe(Regions.Select(row => row.Data));

    [Theory, MemberData(nameof(Regions))]
    public async Task The_workloads_of_a_region_are_the_three_services_by_bare_image_names(string name)
    {
        var region = await RenderAsync(name);

        region.Workloads.SelectMany(workload => workload.Containers()).Select(container => container.Text("image"))
            .Order(StringComparer.Ordinal).ShouldBe(PlatformFolder.Services);
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
                    container.Text(probe, "httpGet", "path").ShouldStartWith("/health", customMessage: $"{workload.Title()} {probe}");
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
                container.Text("securityContext", "readOnlyRootFilesystem").ShouldBe("true", workload.Title());
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
        region.Workloads.SelectMany(workload => workload.Containers()).SelectMany(container => container.Items("envFrom"))
            .Select(source => source.Text("configMapRef", "name")).OfType<string>()
            .ShouldBe(configurations, ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Regions))]
    public async Task Only_groups_that_Kubernetes_1_20_and_current_ones_share_are_used(string name) =>
        (await RenderAsync(name)).Objects.Select(one => one.Text("apiVersion")).Distinct(StringComparer.Ordinal)
            .ShouldBeSubsetOf(["v1", "apps/v1", "networking.k8s.io/v1"]);

    [Theory, MemberData(nameof(Regions))]
    public async Task Nothing_talks_to_anything_unless_a_policy_allows_it(string name)
    {
        var denial = (await RenderAsync(name)).OfKind("NetworkPolicy").Single(one => one.Text("metadata", "name") == "default-deny");

        denial.At("spec", "podSelector").ShouldBeOfType<YamlMappingNode>().Children.ShouldBeEmpty();
        denial.Items("spec", "policyTypes").Select(one => one.ToString()).ShouldBe(["Ingress", "Egress"]);
        denial.At("spec", "ingress").ShouldBeNull();
        denial.At("spec", "egress").ShouldBeNull();
    }

    static Task<Region> RenderAsync(string name) => Region.RenderAsync(name, TestContext.Current.CancellationToken);
}
