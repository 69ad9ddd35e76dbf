using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class ManifestYamlTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("true", "true")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("0644", "420")]
    [InlineData("0o644", "420")]
    [InlineData("0.5", "0.5")]
    [InlineData("-3", "-3")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("64Mi", "\"64Mi\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("08", "8")]
    [InlineData("1e3", "1000")]
    [InlineData("7e98765", "\"7e98765\"")]
    [InlineData("-7e98765", "\"-7e98765\"")]
    [InlineData("0777777777777777777777777", "7.777777777777778E+23")]
    public void A_scalar_has_the_type_that_the_cluster_reads(string yaml, string json) =>
        One($"value: {yaml}").ToJson()["value"].ToJsonOrNull().ShouldBe(json);

    [Fact]
    public void Items_of_a_list_are_objects_of_their_own_and_empty_documents_are_none()
    {
        var objects = ManifestYaml.Parse("""
            ---
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: ConfigMap
                metadata: { name: one }
              - apiVersion: v1
                kind: ConfigMap
                metadata: { name: two, namespace: maily }
            ---
            """);

        objects.Select(item => item.Key.ToString()).ShouldBe(["ConfigMap one", "ConfigMap maily/two"]);
    }

    [Fact]
    public void A_manifest_without_a_name_is_refused() =>
        Should.Throw<MalformedManifestException>(() => ManifestYaml.Parse("apiVersion: v1\nkind: ConfigMap\n"));

    static KubernetesObject One(string line) => ManifestYaml.Parse($"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n{line}\n").Single();
}

static class JsonText
{
    public static string ToJsonOrNull(this System.Text.Json.Nodes.JsonNode? node) => node?.ToJsonString() ?? "null";
}
