using System.Net;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>A case of the contract: a namespace of its own, and the API.</summary>
public abstract class ClusterContract(ClusterFixture fixture) : IAsyncLifetime
{
    static readonly string[] Alphabet = ["b", "c", "d", "f", "g", "h", "k", "m", "n", "p", "q", "r", "s", "t", "v", "w"];

    protected ClusterApi Api { get; private set; } = null!;

    protected string Namespace { get; } = $"case-{string.Concat(Guid.NewGuid().ToByteArray().Take(10).Select(part => Alphabet[part % Alphabet.Length]))}";

    protected ClusterFixture Fixture => fixture;

    protected string ConfigMaps => $"/api/v1/namespaces/{Namespace}/configmaps";

    protected string Services => $"/api/v1/namespaces/{Namespace}/services";

    protected string Pods => $"/api/v1/namespaces/{Namespace}/pods";

    protected string Deployments => $"/apis/apps/v1/namespaces/{Namespace}/deployments";

    protected string ReplicaSets => $"/apis/apps/v1/namespaces/{Namespace}/replicasets";

    public async ValueTask InitializeAsync()
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        Api = new ClusterApi(fixture.Cluster.KubeconfigPath);
        (await Api.Post("/api/v1/namespaces", $$"""{"metadata":{"name":"{{Namespace}}"} }""")).Is(HttpStatusCode.Created);
    }

    public async ValueTask DisposeAsync()
    {
        if (Api is not null)
        {
            await Api.Delete($"/api/v1/namespaces/{Namespace}");
            Api.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    protected Task<ApiAnswer> Config(string name, string data = """{"a":"1"}""", string meta = "") =>
        Api.Post(ConfigMaps, $$"""{"metadata":{"name":"{{name}}"{{meta}}},"data":{{data}}}""");

    protected static string Deployment(string name, int replicas = 2, string image = "registry.test/web:1", string spec = "", string container = "") => $$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}"},"spec":{"replicas":{{replicas}}{{spec}},
        "selector":{"matchLabels":{"app":"{{name}}"} },"template":{"metadata":{"labels":{"app":"{{name}}"} },
        "spec":{"containers":[{"name":"web","image":"{{image}}"{{container}}}]} } } }
        """;

    protected static IEnumerable<string> Names(ApiAnswer list) => list.Body["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!).Order();

    protected static JsonNode Container(ApiAnswer deployment, int at = 0) => deployment.Body["spec"]!["template"]!["spec"]!["containers"]![at]!;
}
