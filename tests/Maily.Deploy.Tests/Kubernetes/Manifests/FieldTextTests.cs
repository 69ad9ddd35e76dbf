using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class FieldTextTests
{
    [Theory]
    [InlineData("Secret", ".data.tls.key", "\"aHVudGVy\"", "(secret)")]
    [InlineData("Secret", ".data", """{"a":"aHVudGVy"}""", """{"a":"(secret)"}""")]
    [InlineData("Secret", ".type", "\"Opaque\"", "Opaque")]
    [InlineData("Secret", ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration", "\"hunter\"", "(secret)")]
    [InlineData("ConfigMap", ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration", "\"{\\\"API_KEY\\\":\\\"hunter\\\"}\"", "(secret)")]
    [InlineData("ConfigMap", ".data.API_KEY", "\"hunter\"", "(secret)")]
    [InlineData("ConfigMap", ".data.COLOUR", "\"red\"", "red")]
    [InlineData("Deployment", ".spec.template.spec.containers[name=\"api\"].env[name=\"DB_PASSWORD\"].value", "\"hunter\"", "(secret)")]
    [InlineData("Deployment", ".spec.template.spec.containers[name=\"api\"].env", """[{"name":"TOKEN","value":"hunter"},{"name":"A","value":"b"}]""", """[{"name":"TOKEN","value":"(secret)"},{"name":"A","value":"b"}]""")]
    [InlineData("Deployment", ".spec.template.spec.volumes[name=\"tls\"].secret.secretName", "\"tls\"", "tls")]
    [InlineData("Deployment", ".spec.replicas", "3", "3")]
    public void A_value_is_shown_and_a_secret_is_not(string kind, string path, string value, string shown) =>
        FieldText.Of(kind, path, JsonNode.Parse(value)).ShouldBe(shown);

    [Fact]
    public void A_large_value_is_shortened_and_its_size_said() =>
        FieldText.Of("ConfigMap", ".data.page", JsonValue.Create(new string('x', 5000))).ShouldBe($"{new string('x', 120)}... (5000 characters)");

    [Fact]
    public void No_value_is_no_text() => FieldText.Of("ConfigMap", ".data.a", null).ShouldBeNull();

    [Fact]
    public void Items_are_told_apart_by_name_and_only_what_differs_is_named()
    {
        var changes = FieldChanges.Between(Of("""[{"name":"a","image":"1"},{"name":"b","image":"1"}]"""), Of("""[{"name":"b","image":"1"},{"name":"a","image":"2"}]"""));

        changes.Select(change => change.Path).ShouldBe([".spec.containers[name=\"a\"].image"]);
    }

    [Fact]
    public void Another_order_is_a_change_too() =>
        FieldChanges.Between(Of("""[{"name":"a"},{"name":"b"}]"""), Of("""[{"name":"b"},{"name":"a"}]""")).ShouldHaveSingleItem().Path.ShouldBe(".spec.containers");

    static KubernetesObject Of(string containers) =>
        new((JsonObject)JsonNode.Parse($$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":{{containers}}} }""")!);
}
