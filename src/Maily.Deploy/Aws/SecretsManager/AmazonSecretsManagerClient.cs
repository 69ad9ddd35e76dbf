using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager;

/// <summary>
/// The part of Secrets Manager that a deployment needs, on the SDK's own pipeline (credentials, signature, retries), with
/// the names of the package AWSSDK.SecretsManager: where that is at hand, a reference to it takes this one's place.
/// </summary>
sealed class AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig clientConfig)
    : AmazonServiceClient(credentials, clientConfig)
{
    /// <inheritdoc/>
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    /// <summary>The value of a secret.</summary>
    /// <exception cref="ResourceNotFoundException">There is no such secret or version.</exception>
    public Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetSecretValueResponse>(request, new InvokeOptions
        {
            RequestMarshaller = GetSecretValueRequestMarshaller.Instance,
            ResponseUnmarshaller = GetSecretValueResponseUnmarshaller.Instance,
        }, cancellationToken);

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new AmazonSecretsManagerEndpointResolver());
        pipeline.AddHandlerAfter<AmazonSecretsManagerEndpointResolver>(new AmazonSecretsManagerAuthSchemeHandler());
    }

    sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "Secrets Manager";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    sealed class AmazonSecretsManagerEndpointResolver : BaseEndpointResolver
    {
        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
            AmazonSecretsManagerEndpointProvider.Parameters(requestContext.ClientConfig);
    }

    sealed class AmazonSecretsManagerAuthSchemeHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }
}
