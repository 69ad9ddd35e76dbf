using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.ApplySets;

public sealed class PruneDecisionTests
{
    [Fact]
    public void What_the_release_holds_stays_whatever_version_its_kind_has() =>
        Of([Member("policy/v1beta1", "PodDisruptionBudget")], [new ObjectKey("policy/v1", "PodDisruptionBudget", "maily", "x")]).ShouldBeEmpty();

    // An Ingress of extensions/v1beta1 is the very object that networking.k8s.io/v1 serves.
    [Fact]
    public void What_another_group_serves_too_stays_where_the_release_holds_it_there()
    {
        ObjectKey[] wanted = [new("networking.k8s.io/v1", "Ingress", "maily", "x")];
        Of([Member("extensions/v1beta1", "Ingress", """{"uid":"1"}"""), Member("networking.k8s.io/v1", "Ingress", """{"uid":"1"}""")], [.. wanted]).ShouldBeEmpty();
        Of([Member("extensions/v1beta1", "Ingress", """{"uid":"2"}"""), Member("networking.k8s.io/v1", "Ingress", """{"uid":"1"}""")], [.. wanted]).ShouldHaveSingleItem().Kept.ShouldBeNull();
    }

    [Fact]
    public void What_was_applied_last_goes_first() =>
        Of([Member("v1", "ConfigMap"), Member("networking.k8s.io/v1", "Ingress"), Member("apps/v1", "Deployment")], []).Select(member => member.Live.Kind)
            .ShouldBe(["Ingress", "Deployment", "ConfigMap"]);

    [Theory]
    [InlineData("v1", "PersistentVolumeClaim")]
    [InlineData("v1", "Namespace")]
    [InlineData("v1", "PersistentVolume")]
    [InlineData("apiextensions.k8s.io/v1", "CustomResourceDefinition")]
    public void What_holds_data_is_kept_and_the_way_to_let_it_go_is_said(string version, string kind) =>
        Of([Member(version, kind)], []).ShouldHaveSingleItem().Kept.ShouldNotBeNull().ShouldContain("maily.dev/prune=true");

    [Theory]
    [InlineData("PersistentVolumeClaim", "true", true)]
    [InlineData("ConfigMap", "false", false)]
    [InlineData("ConfigMap", "please", false)]
    public void An_annotation_decides(string kind, string value, bool goes) =>
        (Of([Member("v1", kind, $$"""{"annotations":{"maily.dev/prune":"{{value}}"} }""")], []).Single().Kept is null).ShouldBe(goes);

    [Fact]
    public void What_a_retained_release_needs_is_kept() =>
        PruneDecision.Of([Member("v1", "ConfigMap")], [], ImmutableHashSet.Create(new ObjectKey("v1", "ConfigMap", "maily", "x"))).Single().Kept.ShouldBe("kept: a retained release needs it");

    [Fact]
    public void A_secret_with_values_is_kept_since_nothing_could_bring_them_back()
    {
        Of([Member("v1", "Secret", more: ""","data":{"a":"Yg=="}""")], []).Single().Kept.ShouldNotBeNull().ShouldContain("nothing could bring its values back");
        Of([Member("v1", "Secret")], []).Single().Kept.ShouldBeNull();
    }

    [Theory]
    [InlineData("ConfigMap", "settings-6ct58987ht", "", true)]
    [InlineData("ConfigMap", "settings", ",\"immutable\":true", true)]
    [InlineData("ConfigMap", "settings", "", false)]
    [InlineData("Job", "index-1f3a5b7c9d", "", true)]
    [InlineData("Deployment", "api-6ct58987ht", "", false)]
    public void What_is_named_by_its_content_is_needed_by_releases_that_one_can_go_back_to(string kind, string name, string more, bool needed) =>
        RetainedObjects.Of([new((JsonObject)JsonNode.Parse($$"""{"apiVersion":"{{(kind == "Job" ? "batch/v1" : "v1")}}","kind":"{{kind}}","metadata":{"name":"{{name}}"}{{more}} }""")!)]).Count.ShouldBe(needed ? 1 : 0);

    [Fact]
    public void What_a_controller_made_or_what_is_going_already_is_left_alone() => Of(
    [
        Member("v1", "Pod", """{"ownerReferences":[{"kind":"ReplicaSet","controller":true}]}"""), Member("v1", "ConfigMap", """{"deletionTimestamp":"2026-01-01T00:00:00Z"}"""),
    ], []).ShouldBeEmpty();

    // Endpoints get all labels of their Service, and no owner.
    [Fact]
    public void What_bears_the_label_but_was_applied_by_nobody_is_left_to_the_controller_that_made_it() =>
        Of([Member("v1", "Endpoints", """{"managedFields":[{"manager":"kube-controller-manager","operation":"Update"}]}""")], []).ShouldBeEmpty();

    [Fact]
    public void What_was_applied_goes_though_a_controller_has_written_it_since() => Of(
    [
        Member("v1", "Endpoints", """{"managedFields":[{"manager":"maily-deploy","operation":"Apply"},{"manager":"kube-controller-manager","operation":"Update"}]}"""),
    ], []).Single().Kept.ShouldBeNull();

    [Fact]
    public void What_does_not_say_who_applied_it_is_kept_until_somebody_lets_it_go()
    {
        Of([Member("v1", "ConfigMap", """{"managedFields":[]}""")], []).Single().Kept.ShouldBe("kept: nothing says who applied it; annotate it with maily.dev/prune=true to let it go");
        Of([Member("v1", "ConfigMap", """{"managedFields":[],"annotations":{"maily.dev/prune":"true"} }""")], []).Single().Kept.ShouldBeNull();
    }

    static ImmutableArray<PrunedMember> Of(ImmutableArray<KubernetesObject> members, ImmutableArray<ObjectKey> wanted) => PruneDecision.Of(members, wanted, ImmutableHashSet<ObjectKey>.Empty);

    static KubernetesObject Member(string version, string kind, string metadata = "{}", string more = "")
    {
        var json = (JsonObject)JsonNode.Parse($$"""{"apiVersion":"{{version}}","kind":"{{kind}}","metadata":{{metadata}}{{more}} }""")!;
        (json["metadata"]!["name"], json["metadata"]!["namespace"]) = ("x", "maily");
        json["metadata"]!["managedFields"] ??= new JsonArray(new JsonObject { ["manager"] = "maily-deploy", ["operation"] = "Apply" });
        return new KubernetesObject(json);
    }
}
