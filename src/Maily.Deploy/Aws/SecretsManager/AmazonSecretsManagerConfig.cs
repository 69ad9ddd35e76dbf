using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace Amazon.SecretsManager;

/// <summary>Configuration of the client.</summary>
sealed class AmazonSecretsManagerConfig : ClientConfig
{
    const string Version = "2017-10-17";

    static readonly IDefaultConfiguration Standard = new DefaultConfiguration
    {
        Name = DefaultConfigurationMode.Standard,
        RetryMode = RequestRetryMode.Standard,
        S3UsEast1RegionalEndpoint = S3UsEast1RegionalEndpointValue.Regional,
        ConnectTimeout = TimeSpan.FromSeconds(4),
    };

    /// <summary>The configuration with AWS's standard values.</summary>
    public AmazonSecretsManagerConfig()
        : base(new DefaultConfigurationProvider([Standard]))
    {
        AuthenticationServiceName = "secretsmanager";
        EndpointProvider = new AmazonSecretsManagerEndpointProvider();
    }

    /// <inheritdoc/>
    public override string ServiceVersion => Version;

    /// <inheritdoc/>
    public override string RegionEndpointServiceName => "secretsmanager";

    /// <inheritdoc/>
    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString("Secrets Manager", "4.1.0");

    /// <inheritdoc/>
    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(AmazonSecretsManagerEndpointProvider.Parameters(this));
}

/// <summary>Knows where the service is.</summary>
sealed class AmazonSecretsManagerEndpointProvider : IEndpointProvider
{
    const string Address = "Endpoint";
    const string Region = "Region";

    /// <summary>What the address depends on.</summary>
    public static EndpointParameters Parameters(IClientConfig config) => new()
    {
        [Address] = config.ServiceURL,
        [Region] = config.RegionEndpoint,
    };

    /// <inheritdoc/>
    public Endpoint ResolveEndpoint(EndpointParameters parameters) => parameters switch
    {
        _ when parameters[Address] is string { Length: > 0 } address => new Endpoint(address),
        _ when parameters[Region] is RegionEndpoint region => new Endpoint($"https://secretsmanager.{region.SystemName}.{region.PartitionDnsSuffix}"),
        _ => throw new AmazonClientException("No region and no address of Secrets Manager is configured."),
    };
}
