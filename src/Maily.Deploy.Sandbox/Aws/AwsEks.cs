using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>EKS, in the REST protocol: DescribeCluster and ListClusters.</summary>
sealed class AwsEks(AwsStandInOptions options, AwsGate gate, AwsState state)
{
    public AwsAnswer Answer(HttpRequest request, byte[] body)
    {
        var caller = gate.Admit(request, body, "eks");
        if (caller.Key is not { } key)
            return Error(403, AwsAnswer.JsonCodeOf(caller), AwsAnswer.MessageOf(caller));
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (request.Method, parts) switch
        {
            ("GET", ["clusters"]) => List(),
            ("GET", ["clusters", var name]) => Describe(name, key),
            _ => Error(404, "ResourceNotFoundException", "The requested operation is not known"),
        };
    }

    AwsAnswer List() => Ok(new JsonObject
    {
        ["clusters"] = new JsonArray([.. state.Clusters.Select(cluster => (JsonNode)cluster.Name)]), ["nextToken"] = null,
    });

    AwsAnswer Describe(string name, AwsKey key) =>
        state.Clusters.FirstOrDefault(cluster => cluster.Name == name) is { } found
            ? Ok(new JsonObject { ["cluster"] = Render(found, key) })
            : Error(404, "ResourceNotFoundException", $"No cluster found for name: {name}.", name);

    JsonObject Render(AwsCluster cluster, AwsKey key) => new()
    {
        ["name"] = cluster.Name,
        ["arn"] = $"arn:aws:eks:{options.Region}:{key.Account}:cluster/{cluster.Name}",
        ["createdAt"] = state.StartedAt.ToUnixTimeMilliseconds() / 1000.0,
        ["version"] = cluster.Version,
        ["endpoint"] = cluster.Endpoint.ToString().TrimEnd('/'),
        ["roleArn"] = $"arn:aws:iam::{key.Account}:role/{cluster.Name}",
        ["status"] = cluster.Status,
        ["certificateAuthority"] = new JsonObject { ["data"] = cluster.CertificateAuthority },
        ["platformVersion"] = "eks.1",
        ["tags"] = new JsonObject(),
    };

    static AwsAnswer Ok(JsonObject body) => new(200, "application/json", body.ToJsonString());

    static AwsAnswer Error(int status, string code, string message, string? cluster = null)
    {
        var body = new JsonObject { ["message"] = message };
        if (cluster is not null)
            body["clusterName"] = cluster;
        return new AwsAnswer(status, "application/json", body.ToJsonString(), code);
    }
}
