using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class ConfigHashesTests
{
    [Theory]
    [InlineData("containers: [ { name: a, envFrom: [ { configMapRef: { name: settings } } ] } ]")]
    [InlineData("containers: [ { name: a, env: [ { name: X, valueFrom: { configMapKeyRef: { name: settings, key: k } } } ] } ]")]
    [InlineData("initContainers: [ { name: a, envFrom: [ { configMapRef: { name: settings } } ] } ]")]
    [InlineData("volumes: [ { name: v, configMap: { name: settings } } ]")]
    [InlineData("volumes: [ { name: v, projected: { sources: [ { configMap: { name: settings } } ] } } ]")]
    public void However_a_pod_reads_a_ConfigMap_its_content_is_part_of_the_template(string pod)
    {
        var (one, two) = (HashOf("one", pod), HashOf("two", pod));

        one.ShouldNotBeNull().Length.ShouldBe(32);
        two.ShouldNotBe(one);
        HashOf("one", pod).ShouldBe(one);
    }

    [Theory]
    [InlineData("containers: [ { name: a } ]")]
    [InlineData("containers: [ { name: a, envFrom: [ { configMapRef: { name: elsewhere } } ] } ]")]
    public void What_a_pod_does_not_read_or_the_release_does_not_hold_marks_nothing(string pod) => HashOf("one", pod).ShouldBeNull();

    [Fact]
    public void A_ConfigMap_of_another_namespace_is_another_one() =>
        HashOf("one", "containers: [ { name: a, envFrom: [ { configMapRef: { name: settings } } ] } ]", space: "other").ShouldBeNull();

    [Fact]
    public void The_order_of_keys_does_not_matter()
    {
        const string Pod = "volumes: [ { name: v, configMap: { name: settings } } ]";

        HashOf("one, B: two", Pod).ShouldBe(HashOf("one", Pod, before: "B: two, "));
    }

    static string? HashOf(string value, string pod, string space = "maily", string before = "") => ConfigHashes.Write(ManifestYaml.Parse($$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings, namespace: {{space}} }
        data: { {{before}}A: {{value}} }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, namespace: maily }
        spec: { template: { spec: { {{pod}} } } }
        """)).Single(item => item.Kind == "Deployment").ToJson()["spec"]!["template"]!["metadata"]?["annotations"]?[ConfigHashes.Annotation]?.GetValue<string>();
}
