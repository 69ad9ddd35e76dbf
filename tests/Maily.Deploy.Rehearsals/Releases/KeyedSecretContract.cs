using System.Collections.Immutable;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Releases;

/// <summary>Secrets go from their source into the cluster and nowhere else, and roll out and back with code.</summary>
public abstract class KeyedSecretContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string First = "canary-value-of-the-first-key-4711";
    const string Second = "canary-value-of-the-second-key-4712";
    const string Login = "canary-password-of-the-registry-4713";

    string value = First;

    [Fact]
    public async Task A_value_lands_in_an_immutable_Secret_with_a_keyed_name_that_the_pods_are_given()
    {
        WriteUser();
        (await DeployAsync()).Failure.ShouldBeNull();

        var keys = (await KeyedAsync("keys")).ShouldHaveSingleItem();
        keys["immutable"]!.GetValue<bool>().ShouldBeTrue();
        Text(keys, "API_KEY").ShouldBe(First);
        (await NameInPodAsync()).ShouldBe(NameOf(keys));
        NameOf(keys).ShouldMatch("^keys-[0-9a-f]{20}$");
    }

    [Fact]
    public async Task The_login_to_the_registry_is_referred_to_by_each_service_account()
    {
        WriteUser();
        await DeployAsync();

        var pull = (await KeyedAsync("registry-pull")).ShouldHaveSingleItem();
        pull["type"]!.GetValue<string>().ShouldBe("kubernetes.io/dockerconfigjson");
        var login = JsonNode.Parse(Text(pull, ".dockerconfigjson"))!["auths"]!["registry.example"]!;
        login["username"]!.GetValue<string>().ShouldBe("robot");
        Encoding.UTF8.GetString(Convert.FromBase64String(login["auth"]!.GetValue<string>())).ShouldBe($"robot:{Login}");
        (await ObjectAsync("ServiceAccount", "user"))!["imagePullSecrets"]!.AsArray().Select(entry => entry!["name"]!.GetValue<string>()).ShouldBe([NameOf(pull)]);
    }

    [Fact]
    public async Task A_changed_value_rolls_the_pods_and_a_rollback_finds_the_former_one_still_there()
    {
        WriteUser();
        await DeployAsync();
        var former = await NameInPodAsync();
        value = Second;

        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Verified");
        (await NameInPodAsync()).ShouldNotBe(former);
        (await KeyedAsync("keys")).Count().ShouldBe(2);

        await RollbackAsync();
        (await NameInPodAsync()).ShouldBe(former);
        var kept = (await KeyedAsync("keys")).ShouldHaveSingleItem();
        (NameOf(kept), Text(kept, "API_KEY")).ShouldBe((former, First));
    }

    [Fact]
    public async Task A_Secret_goes_with_the_last_release_that_names_it()
    {
        WriteUser();
        foreach (var number in Enumerable.Range(0, 12))
        {
            value = $"{First}-{number}";
            (await DeployAsync()).Failure.ShouldBeNull();
        }

        (await KeyedAsync("keys")).Select(secret => Text(secret, "API_KEY")).ShouldBe(Enumerable.Range(2, 10).Select(number => $"{First}-{number}"), ignoreOrder: true);
    }

    [Fact]
    public async Task A_Secret_that_somebody_deleted_is_made_again()
    {
        WriteUser();
        await DeployAsync();
        (await Api.Delete($"/api/v1/namespaces/maily/secrets/{await NameInPodAsync()}")).Is(HttpStatusCode.OK);
        (await KeyedAsync("keys")).ShouldBeEmpty();

        (await DeployAsync()).Failure.ShouldBeNull();

        Text((await KeyedAsync("keys")).ShouldHaveSingleItem(), "API_KEY").ShouldBe(First);
    }

    [Fact]
    public async Task Undoing_the_first_deployment_takes_its_Secrets_and_their_key_away()
    {
        (await Api.Post("/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"maily"}}""")).Is(HttpStatusCode.Created);
        WriteUser();

        (await DeployAsync(undo: true)).ShouldBeUndone();

        (await ObjectsAsync("Secret")).Where(secret => secret!["type"]!.GetValue<string>() != "kubernetes.io/service-account-token").ShouldBeEmpty();
    }

    [Fact]
    public async Task No_value_stands_anywhere_but_in_its_Secret()
    {
        WriteUser();
        await DeployAsync();
        value = Second;
        (await DeployAsync(undo: true)).ShouldBeUndone();
        await DeployAsync();

        var left = FilesLeft().Where(file => !file.StartsWith(Overlay, StringComparison.Ordinal)).SelectMany(file => Decoded(File.ReadAllText(file))).ToList();
        left.ShouldContain(text => text.Contains("registry-pull-", StringComparison.Ordinal), "the journal's restore points were read, too");
        var records = (await ObjectsAsync("Secret")).Where(secret => secret!["type"]!.GetValue<string>() == "maily.dev/release.v1").ToList();
        records.Count.ShouldBe(2);
        var unpacked = records.Select(record => Unpack(record!["data"]!["release"]!.GetValue<string>())).ToList();
        unpacked.ShouldAllBe(text => text.Contains("keys-", StringComparison.Ordinal));
        var others = new List<string>();
        foreach (var kind in new[] { "ConfigMap", "Deployment", "ServiceAccount", "Pod", "Event" })
            others.AddRange((await ObjectsAsync(kind)).Select(item => item!.ToJsonString()));
        foreach (var canary in new[] { First, Second, Login }.SelectMany(word => new[] { word, Convert.ToBase64String(Encoding.UTF8.GetBytes(word)).TrimEnd('=')[..^2] }))
            left.Concat(unpacked).Concat(others).ShouldAllBe(text => !text.Contains(canary, StringComparison.Ordinal));
    }

    private protected override DeployK8sStage StageOf(ClusterSettings settings, ImmutableArray<RegionSpec> regions)
    {
        var variables = new Variables([new("API_KEY", value, "test"), new("REGISTRY_USER", "robot", "test"), new("REGISTRY_PASSWORD", Login, "test")]);
        return new(regions, settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)))
        {
            Secrets = [ClusterSecret.FromVariables("keys", variables, ["API_KEY", "NOT_SET"])!, ClusterSecret.PullLogin(new("registry.example", "maily"), variables)!],
        };
    }

    void WriteUser() => Write("objects.yaml", $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: user }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: user }
        spec:
          replicas: 1
          selector: { matchLabels: { app: user } }
          template:
            metadata: { labels: { app: user } }
            spec:
              serviceAccountName: user
              containers:
                - name: main
                  image: "{{ImageOf(1)}}"
                  envFrom: [ { secretRef: { name: keys } } ]
        """);

    async Task<IEnumerable<JsonNode>> KeyedAsync(string name) =>
        (await ObjectsAsync("Secret")).OfType<JsonNode>().Where(secret => secret["metadata"]!["labels"]?["maily.dev/secret"]?.GetValue<string>() == name);

    async Task<string> NameInPodAsync() =>
        (await ObjectAsync("Deployment", "user"))!["spec"]!["template"]!["spec"]!["containers"]![0]!["envFrom"]![0]!["secretRef"]!["name"]!.GetValue<string>();

    static string NameOf(JsonNode item) => item["metadata"]!["name"]!.GetValue<string>();

    static string Text(JsonNode secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(secret["data"]![key]!.GetValue<string>()));

    // A journal holds restore points compressed, in base 64 inside JSON inside JSON.
    static IEnumerable<string> Decoded(string text)
    {
        yield return text;
        foreach (var word in System.Text.RegularExpressions.Regex.Replace(text, @"\\+u002B", "+", default, TimeSpan.FromSeconds(5)).Split('"', '\\').Where(word => word.StartsWith("H4sI", StringComparison.Ordinal)))
            yield return Unpack(word);
    }

    static string Unpack(string packed)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }
}
