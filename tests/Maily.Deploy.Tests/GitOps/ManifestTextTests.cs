using System.Text.Json.Nodes;
using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.GitOps;

public sealed class ManifestTextTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("on")]
    [InlineData("Yes")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("1")]
    [InlineData("1e3")]
    [InlineData("0644")]
    [InlineData("2026-01-01")]
    [InlineData("12:30:45")]
    [InlineData("")]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("# comment")]
    [InlineData("key: value")]
    [InlineData("a:b:c")]
    [InlineData("- item")]
    [InlineData("*alias")]
    [InlineData("{}")]
    [InlineData("quote \" and ' and \\")]
    [InlineData("two\nlines\n")]
    [InlineData("no end\nhere")]
    [InlineData("ends twice\n\n")]
    [InlineData("trailing space \nof a line\n")]
    [InlineData("\ttab\n")]
    [InlineData("  indented\nfirst line\n")]
    [InlineData("ümlaut ✓ \u0085 \u2028")]
    [InlineData("registry.example:5000/maily/api@sha256:0123")]
    public void A_text_reads_back_as_it_was(string text)
    {
        var item = Of(new JsonObject { ["value"] = text, [text] = "as a key" });

        ManifestYaml.Parse(ManifestText.Of(item)).ShouldHaveSingleItem().ToString().ShouldBe(item.ToString());
    }

    [Fact]
    public void Other_values_read_back_as_they_were()
    {
        var item = Of(JsonNode.Parse("""{"whole":3,"negative":-1,"fraction":0.5,"yes":true,"nothing":null,"list":[1,"1",[],{}],"empty":{}}""")!.AsObject());

        ManifestYaml.Parse(ManifestText.Of(item)).ShouldHaveSingleItem().ToString().ShouldBe(item.ToString());
    }

    [Fact]
    public void A_person_can_read_it() => ManifestText.Of(Of(new JsonObject { ["MODE"] = "fast", ["PORT"] = "80" })).ShouldBe(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          MODE: fast
          PORT: "80"

        """.ReplaceLineEndings("\n"));

    static KubernetesObject Of(JsonObject data) => new(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "settings" }, ["data"] = data });
}
