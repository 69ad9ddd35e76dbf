using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Amazon.SecretsManager.Model;

/// <summary>Asks for a secret.</summary>
sealed class GetSecretValueRequest : AmazonWebServiceRequest
{
    /// <summary>Its name or ARN.</summary>
    public string? SecretId { get; set; }

    /// <summary>One version; the current one where null.</summary>
    public string? VersionId { get; set; }

    /// <summary>One stage: AWSCURRENT, AWSPREVIOUS.</summary>
    public string? VersionStage { get; set; }
}

/// <summary>A secret.</summary>
sealed class GetSecretValueResponse : AmazonWebServiceResponse
{
    /// <summary>Its full name.</summary>
    public string? ARN { get; set; }

    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>Its value as text; null where it is binary.</summary>
    public string? SecretString { get; set; }

    /// <summary>Its value as bytes; null where it is text.</summary>
    public MemoryStream? SecretBinary { get; set; }

    /// <summary>The version.</summary>
    public string? VersionId { get; set; }

    /// <summary>The version's stages.</summary>
    public List<string>? VersionStages { get; set; }

    /// <summary>When the version was made.</summary>
    public DateTime? CreatedDate { get; set; }
}

sealed class GetSecretValueRequestMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static GetSecretValueRequestMarshaller Instance { get; } = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var asked = (GetSecretValueRequest)input;
        var request = new DefaultRequest(asked, "Amazon.SecretsManager") { HttpMethod = "POST", ResourcePath = "/" };
        request.Headers["X-Amz-Target"] = "secretsmanager.GetSecretValue";
        request.Headers["Content-Type"] = "application/x-amz-json-1.1";
        var body = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["SecretId"] = asked.SecretId, ["VersionId"] = asked.VersionId, ["VersionStage"] = asked.VersionStage,
        };
        request.Content = JsonSerializer.SerializeToUtf8Bytes(body.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal));
        return request;
    }
}

sealed class GetSecretValueResponseUnmarshaller : JsonResponseUnmarshaller
{
    public static GetSecretValueResponseUnmarshaller Instance { get; } = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        var response = new GetSecretValueResponse();
        var reader = new StreamingUtf8JsonReader(input.Stream);
        input.Read(ref reader);
        var depth = input.CurrentDepth;
        while (input.ReadAtDepth(depth, ref reader))
            ReadMember(response, input, depth, ref reader);
        return response;
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        return error.Code switch
        {
            "ResourceNotFoundException" => new ResourceNotFoundException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode),
            "InvalidRequestException" => new InvalidRequestException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode),
            "DecryptionFailureException" or "DecryptionFailure" => new DecryptionFailureException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode),
            _ => new AmazonSecretsManagerException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode),
        };
    }

    static void ReadMember(GetSecretValueResponse response, JsonUnmarshallerContext context, int depth, ref StreamingUtf8JsonReader reader)
    {
        if (context.TestExpression("ARN", depth, ref reader))
            response.ARN = StringUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("Name", depth, ref reader))
            response.Name = StringUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("SecretString", depth, ref reader))
            response.SecretString = StringUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("SecretBinary", depth, ref reader))
            response.SecretBinary = MemoryStreamUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("VersionId", depth, ref reader))
            response.VersionId = StringUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("CreatedDate", depth, ref reader))
            response.CreatedDate = NullableDateTimeUnmarshaller.Instance.Unmarshall(context, ref reader);
        else if (context.TestExpression("VersionStages", depth, ref reader))
            response.VersionStages = new JsonListUnmarshaller<string, StringUnmarshaller>(StringUnmarshaller.Instance).Unmarshall(context, ref reader);
    }
}
