using System.Text.RegularExpressions;
using Maily.Deploy.Aws;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups.Stores;

/// <summary>Where in S3 backups lie, and how they are kept there.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all keys begin with: empty, or ending with a slash.</param>
/// <param name="Aws">Account, region and address.</param>
public sealed partial record S3Place(string Bucket, string Prefix, AwsSettings Aws)
{
    /// <summary>The variable that names it: <c>s3://bucket/prefix</c>.</summary>
    public const string Variable = "MAILY_BACKUP_URL";

    const string KmsVariable = "MAILY_BACKUP_KMS_KEY";

    const string EndpointVariable = "AWS_ENDPOINT_URL_S3";

    /// <summary>Id or ARN of the KMS key that S3 encrypts with; null for S3's own (AES256).</summary>
    public string? KmsKey { get; init; }

    /// <summary>The place that the variables name; null where <c>MAILY_BACKUP_URL</c> is not set.</summary>
    /// <exception cref="MissingVariableException">It is set, and a key of AWS or the region is not.</exception>
    /// <exception cref="MalformedVariableException">It is no such address.</exception>
    public static S3Place? From(Variables variables) => variables.Find(Variable) is { } url ? At(url, variables) : null;

    /// <summary>The place at an address.</summary>
    /// <exception cref="MissingVariableException">A key of AWS or the region is not set.</exception>
    /// <exception cref="MalformedVariableException">It is no such address.</exception>
    public static S3Place At(string url, Variables variables)
    {
        if (Url().Match(url.Trim()) is not { Success: true } match)
            throw new MalformedVariableException(Variable, "s3://bucket or s3://bucket/prefix");
        var aws = AwsSettings.From(variables);
        var prefix = match.Groups["prefix"].Value.Trim('/');
        return new(match.Groups["bucket"].Value, prefix.Length == 0 ? "" : $"{prefix}/", aws with
        {
            EndpointUrl = variables.Find(EndpointVariable) is { } address ? variables.FindUri(EndpointVariable, address) : aws.EndpointUrl,
        })
        { KmsKey = variables.Find(KmsVariable) };
    }

    /// <summary>As the variable has it.</summary>
    public override string ToString() => $"s3://{Bucket}/{Prefix}".TrimEnd('/');

    [GeneratedRegex("^s3://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?<prefix>/[A-Za-z0-9/_.=-]*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Url();
}
