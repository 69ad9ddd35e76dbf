using Amazon.Runtime;

namespace Maily.Deploy.Aws;

/// <summary>An AWS service answered with an error, or not at all.</summary>
public sealed class AwsRefusedException : DeployException
{
    AwsRefusedException(string fact, string remedy, Exception cause)
        : base(fact, remedy, evidence: null, cause)
    {
    }

    /// <summary>The service's own name of the error; null where it gave no answer.</summary>
    public string? Code { get; private init; }

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;

    // AWS's own texts may quote the key id and the signed request, so only the error's name is shown.
    internal static AwsRefusedException Of(string service, string call, Exception cause, string remedy)
    {
        var code = (cause as AmazonServiceException)?.ErrorCode;
        var fact = string.IsNullOrEmpty(code) ? $"AWS {service} gave no answer to {call}." : $"AWS {service} refused {call}: {code}.";
        return new AwsRefusedException(fact, remedy, cause) { Code = code };
    }
}
