using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class ReleaseManifestsTests
{
    const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    static readonly Dictionary<string, string> Images = new(StringComparer.Ordinal) { ["api"] = $"127.0.0.1:5000/maily/api@{Digest}" };

    [Theory]
    [InlineData("api")]
    [InlineData("api:1.0")]
    [InlineData("127.0.0.1:5000/maily/api:latest")]
    [InlineData("127.0.0.1:5000/maily/api")]
    public void A_declared_image_is_deployed_by_digest(string image) =>
        ReleaseManifests.Of(Deployment(image), Images).Images.ShouldBe([Images["api"]]);

    [Theory]
    [InlineData("redis:7")]
    [InlineData("redis")]
    [InlineData("ghcr.io/other/api:1")]
    public void Another_image_without_a_digest_is_refused(string image) =>
        Should.Throw<UnpinnedImageException>(() => ReleaseManifests.Of(Deployment(image), Images)).Image.ShouldBe(image);

    [Fact]
    public void Another_image_by_digest_stays() =>
        ReleaseManifests.Of(Deployment($"redis@{Digest}"), Images).Images.ShouldBe([$"redis@{Digest}"]);

    [Fact]
    public void The_mark_stands_on_the_object_and_never_on_its_pods()
    {
        var id = DeploymentId.Create(TimeProvider.System, "0123456789");
        var marked = ReleaseManifests.Of(Deployment("api"), Images).MarkedBy(id).Single();

        marked.Annotation(Marks.Deployment).ShouldBe(id.Value);
        marked.Label(Marks.ManagedBy).ShouldBe("maily-deploy");
        marked.ToJson()["spec"]!["template"]!.ToJsonString().ShouldNotContain(id.Value);
    }

    [Fact]
    public void Equal_releases_have_equal_hashes_whichever_deployment_applies_them() =>
        ReleaseManifests.Of(Deployment("api"), Images).Hash.ShouldBe(ReleaseManifests.Of(Deployment("api:2"), Images).Hash);

    [Fact]
    public void Secret_values_in_manifests_are_refused_all_at_once_with_the_way_to_go_on()
    {
        var refused = Should.Throw<SecretInManifestException>(() => ReleaseManifests.Of(ManifestYaml.Parse("""
            apiVersion: v1
            kind: Secret
            metadata: { name: keys, namespace: shop }
            stringData: { token: abc }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: filled-by-its-program }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: more }
            data: { token: YWJj }
            """), Images));

        refused.Fact.ShouldBe("Secret shop/keys, Secret more hold secret values in a manifest.");
        refused.Message.ShouldNotContain("abc");
        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain("ClusterSecret of that name (keys)");
        var patch = ManifestYaml.Documents(refused.Remedy.Split('`')[1]).Single()!["patches"]![0]!["patch"]!.GetValue<string>();
        ManifestYaml.Parse(patch).Single().ToString().ShouldBe("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys","namespace":"shop"},"$patch":"delete"}""");
    }

    [Fact]
    public void What_others_stand_on_is_applied_first()
    {
        string[] kinds = ["Ingress", "Deployment", "Widget", "Service", "ConfigMap", "ServiceAccount", "CustomResourceDefinition", "Namespace"];
        var objects = kinds.SelectMany(kind => ManifestYaml.Parse($"apiVersion: v1\nkind: {kind}\nmetadata: {{ name: x }}\n"));

        ReleaseManifests.Of(objects, Images).Objects.Select(item => item.Kind)
            .ShouldBe(["Namespace", "CustomResourceDefinition", "ServiceAccount", "ConfigMap", "Service", "Deployment", "Widget", "Ingress"]);
    }

    static IEnumerable<KubernetesObject> Deployment(string image) => ManifestYaml.Parse($$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, namespace: maily }
        spec:
          template:
            spec:
              containers:
                - { name: api, image: "{{image}}" }
        """);
}
