using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Maily.Deploy.Rehearsals.Aws;

/// <summary>A request of the JSON 1.1 protocol: an operation and its input; or, with a path for its operation, a REST one.</summary>
public sealed class SecretsRequest : AmazonWebServiceRequest
{
    public required string Operation { get; init; }

    public required JsonObject Input { get; init; }
}

/// <summary>The output as it came.</summary>
public sealed class SecretsResponse : AmazonWebServiceResponse
{
    public JsonNode Body { get; set; } = new JsonObject();
}

/// <summary>The AWS SDK's own pipeline (signer, retries, endpoint) with the smallest possible client on it.</summary>
public sealed class SecretsClient(AWSCredentials credentials, ClientConfig config) : AmazonServiceClient(credentials, config)
{
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    public async Task<JsonNode> CallAsync(string operation, JsonObject input, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = new Marshaller(), ResponseUnmarshaller = new Unmarshaller(),
        };
        var response = await InvokeAsync<SecretsResponse>(new SecretsRequest { Operation = operation, Input = input }, options, cancellationToken);
        return response.Body;
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.AddHandlerAfter<Amazon.Runtime.Internal.Marshaller>(new EndpointResolver());
        pipeline.AddHandlerAfter<Amazon.Runtime.Internal.Marshaller>(new SignatureVersion4());
    }

    sealed class SignatureVersion4 : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            [new AuthSchemeOption { SchemeId = "aws.auth#sigv4" }];
    }

    sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "Secrets Manager";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    sealed class Marshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var wanted = (SecretsRequest)input;
            if (wanted.Operation.StartsWith('/'))
                return new DefaultRequest(wanted, "Amazon.EKS") { HttpMethod = "GET", ResourcePath = wanted.Operation };
            var request = new DefaultRequest(wanted, "Amazon.SecretsManager")
            {
                HttpMethod = "POST", ResourcePath = "/", Content = Encoding.UTF8.GetBytes(wanted.Input.ToJsonString()),
            };
            request.Headers["X-Amz-Target"] = "secretsmanager." + wanted.Operation;
            request.Headers["Content-Type"] = "application/x-amz-json-1.1";
            return request;
        }
    }

    sealed class Unmarshaller : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            using var reader = new StreamReader(input.Stream);
            return new SecretsResponse { Body = JsonNode.Parse(reader.ReadToEnd())! };
        }

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            var error = new StreamingJsonErrorUnmarshaller().Read(input);
            return new AmazonServiceException(error.Message, innerException, ErrorType.Sender, error.Code, error.RequestId, statusCode);
        }
    }

    sealed class StreamingJsonErrorUnmarshaller
    {
        public ErrorResponse Read(JsonUnmarshallerContext input)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            return JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        }
    }
}

/// <summary>What a generated client's configuration says about its service.</summary>
public sealed class SecretsConfig() : ClientConfig(new DefaultConfigurationProvider([Standard]))
{
    static readonly DefaultConfiguration Standard = new()
    {
        Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard, ConnectTimeout = TimeSpan.FromSeconds(3),
    };

    public override string RegionEndpointServiceName => "secretsmanager";

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent => "rehearsal";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(ServiceURL);
}
