using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Maily.Deploy.Aws;

/// <summary>Who the keys belong to.</summary>
/// <param name="Account">The account, 12 digits.</param>
/// <param name="Arn">The user or role.</param>
public sealed record AwsIdentity(string Account, string Arn)
{
    /// <summary>Asks STS.</summary>
    /// <exception cref="AwsRefusedException">The keys are not accepted, or STS gave no answer.</exception>
    public static async Task<AwsIdentity> ReadAsync(AwsSettings settings, CancellationToken cancellation)
    {
        using var client = new AmazonSecurityTokenServiceClient(settings.Credentials(), settings.Configure(new AmazonSecurityTokenServiceConfig()));
        try
        {
            var answer = await client.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellation);
            return new AwsIdentity(answer.Account, answer.Arn);
        }
        catch (Exception refused) when (refused is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw AwsRefusedException.Of("STS", "GetCallerIdentity", refused, "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.");
        }
    }
}
