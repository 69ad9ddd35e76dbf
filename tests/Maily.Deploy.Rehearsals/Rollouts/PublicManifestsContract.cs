using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Sets that others wrote and published (<c>Public/README.md</c>), as they are; the same for the embedded API and the real one.</summary>
public abstract class PublicManifestsContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    static readonly string Made = new('1', 64);

    // A Service that is made again gets another address.
    static readonly ImmutableHashSet<string> GivenByTheCluster =
        ["status", "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "clusterIP", "clusterIPs", "deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

    [Theory]
    [InlineData("dashboard", "v1 Service kubernetes-dashboard/dashboard-metrics-scraper")]
    [InlineData("databases", "policy/v1beta1 PodDisruptionBudget maily/etcd-pdb")]
    [InlineData("volume-snapshots", "rbac.authorization.k8s.io/v1 RoleBinding kube-system/volume-snapshot-controller-leaderelection")]
    public async Task A_set_is_applied_unchanged_diffed_pruned_and_rolled_back(string set, string leaving)
    {
        var (version, item) = leaving.Split(' ', 2) is [var api, var rest] ? (api, rest) : default;
        Use(set);
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            var before = await StateAsync();
            before.Length.ShouldBe(Objects().Length);
            (await LinesAsync()).ShouldBeEmpty();
            var again = await DeployAsync();
            again.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
            again.EventOf("DeployK8s", "eu-west-1-prune").ShouldBe("Unchanged");

            Change("kustomization.yaml", text => text.Replace(Made, new string('2', 64), StringComparison.Ordinal) + Without(version, item));
            var lines = await LinesAsync();
            lines.Count(line => line.Contains("].image: ", StringComparison.Ordinal)).ShouldBe(Objects().Sum(ImagesOf));
            lines.ShouldContain($"prune {item}");
            lines.ShouldAllBe(line => line.StartsWith("change ", StringComparison.Ordinal) || line.Contains("].image: ", StringComparison.Ordinal) || line == $"prune {item}");
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await StateAsync()).ShouldBe(before, ignoreOrder: true);

            (await DeployAsync()).Outputs("DeployK8s", "eu-west-1-prune")["pruned"].ShouldBe(item);
            await RollbackAsync();
            (await StateAsync()).ShouldBe(before, ignoreOrder: true);
        }
        finally
        {
            await RemoveAsync();
        }
    }

    [Theory]
    [InlineData("dashboard")]
    [InlineData("volume-snapshots")]
    public async Task What_kubectl_applied_of_a_set_is_taken_over_without_a_stale_field_and_given_back(string set)
    {
        Use(set);
        try
        {
            var kustomization = Change("kustomization.yaml", text => $"{text}commonAnnotations: {{ stale.maily.test: \"stays for ever?\" }}\n");
            await KubectlAsync("apply", "-k", Overlay);
            var before = StateOf(WithoutSecrets(await ReadAsync("-k", Overlay)));
            Write("kustomization.yaml", kustomization);

            (await DeployAsync(undo: true)).ShouldBeUndone();
            StateOf(WithoutSecrets(await ReadAsync("-k", Overlay))).ShouldBe(before, ignoreOrder: true);
            (await DeployAsync()).Failure.ShouldBeNull();

            var live = await ReadAsync("-k", Overlay);
            live.Length.ShouldBe(Objects().Length);
            foreach (var text in live.Select(found => found.ToJsonString()))
            {
                text.ShouldNotContain("stale.maily.test");
                text.ShouldNotContain("last-applied-configuration");
            }

            (await LinesAsync()).ShouldBeEmpty();
        }
        finally
        {
            await RemoveAsync();
        }
    }

    // The set as its kustomization.yaml has it, to be changed in the overlay.
    void Use(string set)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(Here())!, "Public", set)))
            Write(Path.GetFileName(file), File.ReadAllText(file));
    }

    string Change(string file, Func<string, string> change)
    {
        var text = File.ReadAllText(Path.Combine(Overlay, file));
        Write(file, change(text));
        return text;
    }

    static string Without(string version, string item)
    {
        var (kind, name) = item.Split(' ') is [var first, var second] ? (first, second.Split('/')[^1]) : default;
        return $"patches: [ {{ patch: \"{{ $patch: delete, apiVersion: {version}, kind: {kind}, metadata: {{ name: {name} }} }}\", target: {{ kind: {kind}, name: {name} }} }} ]\n";
    }

    ImmutableArray<KubernetesObject> Objects() =>
        [.. Directory.GetFiles(Overlay, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml").SelectMany(file => ManifestYaml.Parse(File.ReadAllText(file)))];

    static int ImagesOf(KubernetesObject item) => item.ToJson()["spec"]?["template"]?["spec"] is { } pod
        ? new[] { "initContainers", "containers" }.Sum(field => pod[field]?.AsArray().Count ?? 0) : 0;

    // By their label: the version that a manifest names may not be the one that the cluster serves.
    async Task<ImmutableArray<string>> StateAsync() => StateOf([.. (await ReadAsync("--all-namespaces", string.Join(',', Objects().Select(item => item.Key.GroupKind.ToLowerInvariant()).Distinct()),
        "--selector", $"{Marks.ManagedBy}={Marks.Manager}")).Where(item => item["metadata"]!["annotations"]?[Marks.MadeFor] is null && item["metadata"]!["name"]!.ToString() != Settings.ApplySet
        && item["type"]?.ToString().StartsWith("maily.dev/", StringComparison.Ordinal) != true)]);

    // One that has values is left as it was found, mark and all: no journal may hold it.
    static ImmutableArray<JsonObject> WithoutSecrets(ImmutableArray<JsonObject> live) => [.. live.Where(item => item["kind"]!.ToString() != "Secret")];

    static ImmutableArray<string> StateOf(ImmutableArray<JsonObject> live) => [.. live.Select(item => Comparable(item)!.ToJsonString())];

    static JsonNode? Comparable(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(pair => !GivenByTheCluster.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Comparable(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Comparable)]),
        _ => node?.DeepClone(),
    };

    async Task<ImmutableArray<JsonObject>> ReadAsync(params string[] which) =>
        [.. JsonNode.Parse(await KubectlAsync(["get", .. which, "-o", "json"]))!["items"]!.AsArray().Select(item => item!.AsObject())];

    Task<string> RemoveAsync() => KubectlAsync("delete", string.Join(',', Objects().Select(item => item.Key.GroupKind.ToLowerInvariant()).Distinct()), "--all-namespaces", "--selector", $"{Marks.ManagedBy}={Marks.Manager}");

    static string Here([CallerFilePath] string path = "") => path;
}
