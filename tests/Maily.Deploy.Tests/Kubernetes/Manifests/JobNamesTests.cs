using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class JobNamesTests
{
    const string Spec = """{"backoffLimit":2,"template":{"spec":{"containers":[{"name":"index","image":"a@sha256:1"}]}}}""";

    [Fact]
    public void An_equal_job_keeps_its_name_and_a_changed_one_gets_another()
    {
        var name = NameOf("index", Spec);

        name.ShouldMatch("^index-[0-9a-f]{10}$");
        NameOf("index", """{"template":{"spec":{"containers":[{"image":"a@sha256:1","name":"index"}]}},"backoffLimit":2}""").ShouldBe(name);
        NameOf("index", Spec.Replace("sha256:1", "sha256:2", StringComparison.Ordinal)).ShouldNotBe(name);
    }

    [Fact]
    public void A_long_name_still_fits_into_a_label() =>
        NameOf($"{new string('a', 51)}-{new string('b', 11)}", Spec).ShouldMatch("^a{51}-[0-9a-f]{10}$");

    [Fact]
    public void Other_kinds_and_cron_jobs_keep_their_names() =>
        JobNames.ByContent(Parse("CronJob", "index", Spec)).Key.Name.ShouldBe("index");

    static string NameOf(string name, string spec) => JobNames.ByContent(Parse("Job", name, spec)).Key.Name;

    static KubernetesObject Parse(string kind, string name, string spec) =>
        new((JsonObject)JsonNode.Parse($$$"""{"apiVersion":"batch/v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""")!);
}
