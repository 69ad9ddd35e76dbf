using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>STS, in the query protocol: GetCallerIdentity, by POST or presigned.</summary>
sealed class AwsSts(AwsGate gate)
{
    const string Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    public AwsAnswer Answer(HttpRequest request, byte[] body)
    {
        var caller = gate.Admit(request, body, "sts");
        if (caller.Key is not { } key)
            return Error(403, AwsAnswer.QueryCodeOf(caller), AwsAnswer.MessageOf(caller));
        var form = request.Method == HttpMethods.Get
            ? request.Query.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)
            : QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        var (action, version) = (form.GetValueOrDefault("Action").ToString(), form.GetValueOrDefault("Version").ToString());
        if (action.Length == 0)
            return Error(400, "MissingAction", "Missing Action");
        return (action, version) == ("GetCallerIdentity", "2011-06-15")
            ? Identity(key)
            : Error(400, "InvalidAction", $"Could not find operation {action} for version {version}");
    }

    static AwsAnswer Identity(AwsKey key) => Xml(200, $"""
        <GetCallerIdentityResponse xmlns="{Namespace}">
          <GetCallerIdentityResult>
            <Arn>{SecurityElement.Escape(key.Arn)}</Arn>
            <UserId>{SecurityElement.Escape(key.UserId)}</UserId>
            <Account>{SecurityElement.Escape(key.Account)}</Account>
          </GetCallerIdentityResult>
          <ResponseMetadata>
            <RequestId>{Guid.NewGuid()}</RequestId>
          </ResponseMetadata>
        </GetCallerIdentityResponse>

        """);

    static AwsAnswer Error(int status, string code, string message) => Xml(status, $"""
        <ErrorResponse xmlns="{Namespace}">
          <Error>
            <Type>Sender</Type>
            <Code>{code}</Code>
            <Message>{SecurityElement.Escape(message)}</Message>
          </Error>
          <RequestId>{Guid.NewGuid()}</RequestId>
        </ErrorResponse>

        """);

    static AwsAnswer Xml(int status, string text) => new(status, "text/xml", text);
}
