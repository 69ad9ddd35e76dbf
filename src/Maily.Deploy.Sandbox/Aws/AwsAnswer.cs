using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>What a service answers.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Body">Text of the body.</param>
/// <param name="ErrorType">For the header <c>x-amzn-ErrorType</c>.</param>
sealed record AwsAnswer(int Status, string ContentType, string Body, string? ErrorType = null)
{
    const string BadSignature =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
        + "signing method. Consult the service documentation for details.";

    const string InvalidToken = "The security token included in the request is invalid.";

    public static string MessageOf(AwsCaller caller) => caller.Denial switch
    {
        AwsDenial.MissingToken => "Missing Authentication Token",
        AwsDenial.UnknownKey => InvalidToken,
        AwsDenial.Expired => "The security token included in the request is expired",
        AwsDenial.WrongSignature => BadSignature,
        _ => caller.Detail,
    };

    /// <summary>The error's name in the services that speak JSON.</summary>
    public static string JsonCodeOf(AwsCaller caller) => caller.Denial switch
    {
        AwsDenial.MissingToken => "MissingAuthenticationTokenException",
        AwsDenial.UnknownKey => "UnrecognizedClientException",
        AwsDenial.Expired => "ExpiredTokenException",
        _ => "InvalidSignatureException",
    };

    /// <summary>The error's name in STS.</summary>
    public static string QueryCodeOf(AwsCaller caller) => caller.Denial switch
    {
        AwsDenial.MissingToken => "MissingAuthenticationToken",
        AwsDenial.UnknownKey => "InvalidClientTokenId",
        AwsDenial.Expired => "ExpiredToken",
        _ => "SignatureDoesNotMatch",
    };

    public static AwsAnswer Json(JsonObject body) => new(200, "application/x-amz-json-1.1", body.ToJsonString());

    public static AwsAnswer JsonError(string code, string message, int status = 400) => new(
        status, "application/x-amz-json-1.1", new JsonObject { ["__type"] = code, ["Message"] = message, ["message"] = message }.ToJsonString(), code);
}
