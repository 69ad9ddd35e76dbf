using Amazon;
using Amazon.Runtime;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Aws;

/// <summary>Which account, region and cluster, and with which keys.</summary>
public sealed record AwsSettings
{
    /// <summary><c>AWS_ACCESS_KEY_ID</c>.</summary>
    public required Secret AccessKeyId { get; init; }

    /// <summary><c>AWS_SECRET_ACCESS_KEY</c>.</summary>
    public required Secret SecretAccessKey { get; init; }

    /// <summary><c>AWS_SESSION_TOKEN</c> of temporary keys; null for lasting ones.</summary>
    public Secret? SessionToken { get; init; }

    /// <summary><c>AWS_REGION</c>.</summary>
    public required string Region { get; init; }

    /// <summary><c>EKS_CLUSTER_NAME</c>; null where no cluster is needed.</summary>
    public string? ClusterName { get; init; }

    /// <summary><c>AWS_ENDPOINT_URL</c>: one address for all services; null for the real ones.</summary>
    public Uri? EndpointUrl { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MissingVariableException">A key or the region is not set.</exception>
    public static AwsSettings From(Variables variables) => new()
    {
        AccessKeyId = variables.Require("AWS_ACCESS_KEY_ID"),
        SecretAccessKey = variables.Require("AWS_SECRET_ACCESS_KEY"),
        SessionToken = variables.FindSecret("AWS_SESSION_TOKEN"),
        Region = variables.Require("AWS_REGION").Reveal(),
        ClusterName = variables.Find("EKS_CLUSTER_NAME"),
        EndpointUrl = variables.Find("AWS_ENDPOINT_URL") is { } address ? variables.FindUri("AWS_ENDPOINT_URL", address) : null,
    };

    internal AWSCredentials Credentials() => SessionToken is { } token
        ? new SessionAWSCredentials(AccessKeyId.Reveal(), SecretAccessKey.Reveal(), token.Reveal())
        : new BasicAWSCredentials(AccessKeyId.Reveal(), SecretAccessKey.Reveal());

    internal T Configure<T>(T config) where T : ClientConfig
    {
        config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        // An address of one's own says nothing about the region that requests are signed for.
        if (EndpointUrl is { } address)
            (config.ServiceURL, config.AuthenticationRegion) = (address.AbsoluteUri, Region);
        config.MaxErrorRetry = 2;
        config.Timeout = TimeSpan.FromSeconds(10);
        return config;
    }
}
