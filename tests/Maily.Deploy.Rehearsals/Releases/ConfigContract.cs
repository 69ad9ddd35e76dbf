using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;

namespace Maily.Deploy.Rehearsals.Releases;

/// <summary>Configuration rolls out and back with code, also where its ConfigMap always has the same name.</summary>
public abstract class ConfigContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    [Fact]
    public async Task A_changed_ConfigMap_rolls_the_pods_that_read_it_and_no_others_and_a_rollback_rolls_them_back()
    {
        WriteConfiguration("one");
        (await DeployAsync()).Failure.ShouldBeNull();
        var (reader, other, hash) = (await PodsAsync("reader"), await PodsAsync("other"), (await HashAsync()).ShouldNotBeNull());

        WriteConfiguration("two");
        (await DeployAsync()).Failure.ShouldBeNull();
        var changed = await PodsAsync("reader");
        changed.ShouldNotBe(reader);
        (await PodsAsync("other")).ShouldBe(other);
        (await HashAsync()).ShouldNotBeNull().ShouldNotBe(hash);

        await RollbackAsync();
        (await ObjectAsync("ConfigMap", "settings"))!["data"]!["WORD"]!.GetValue<string>().ShouldBe("one");
        (await PodsAsync("reader")).ShouldNotBe(changed);
        (await HashAsync()).ShouldBe(hash);
        WriteConfiguration("one");
        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
    }

    async Task<string?> HashAsync() =>
        (await ObjectAsync("Deployment", "reader"))?["spec"]?["template"]?["metadata"]?["annotations"]?["maily.dev/config"]?.GetValue<string>();

    async Task<string> PodsAsync(string app) => string.Join(' ', (await ObjectsAsync("Pod"))
        .Where(pod => pod!["metadata"]!["labels"]!["app"]!.GetValue<string>() == app && pod["metadata"]!["deletionTimestamp"] is null)
        .Select(pod => pod!["metadata"]!["uid"]!.GetValue<string>()).Order(StringComparer.Ordinal));

    void WriteConfiguration(string word) => Write("objects.yaml", $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings }
        data: { WORD: "{{word}}" }
        {{Workload("reader", "envFrom: [ { configMapRef: { name: settings } } ]")}}
        {{Workload("other", "")}}
        """);

    static string Workload(string name, string source) => $$"""
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}} }
        spec:
          replicas: 1
          selector: { matchLabels: { app: {{name}} } }
          template:
            metadata: { labels: { app: {{name}} } }
            spec:
              containers:
                - name: main
                  image: "{{ImageOf(1)}}"
                  {{source}}
        """;
}
