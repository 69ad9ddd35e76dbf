using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>Why a request is not let in.</summary>
enum AwsDenial
{
    MissingToken,
    UnknownKey,
    WrongSignature,
    WrongScope,
    Skewed,
    Expired,
}

/// <summary>Who a request is from; or why that is not believed.</summary>
sealed record AwsCaller(AwsKey? Key, AwsDenial? Denial, string Detail = "");

/// <summary>Checks a request's signature, as every AWS service does before it looks at anything else.</summary>
sealed class AwsGate(AwsStandInOptions options)
{
    public AwsCaller Admit(HttpRequest request, byte[] body, string service)
    {
        if (AwsSignature.Of(request) is not { } signature)
            return new AwsCaller(null, AwsDenial.MissingToken);
        if (options.Keys.FirstOrDefault(key => key.AccessKeyId == signature.AccessKeyId) is not { } known)
            return new AwsCaller(null, AwsDenial.UnknownKey);
        if (known.SessionToken is { } token && signature.SessionToken != token)
            return new AwsCaller(null, AwsDenial.UnknownKey);
        if (known.ExpiresAt <= options.Time.GetUtcNow())
            return new AwsCaller(null, AwsDenial.Expired);
        return Denied(signature, service) ?? Verify(signature, known, request, body);
    }

    AwsCaller? Denied(AwsSignature signature, string service)
    {
        if (signature.Service != service)
            return new AwsCaller(null, AwsDenial.WrongScope, $"Credential should be scoped to correct service: '{service}'.");
        if (signature.Region != options.Region)
            return new AwsCaller(null, AwsDenial.WrongScope, $"Credential should be scoped to a valid region, not '{signature.Region}'.");
        if (!signature.Timestamp.StartsWith(signature.Date, StringComparison.Ordinal))
            return new AwsCaller(null, AwsDenial.WrongScope, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        return Skew(signature);
    }

    AwsCaller? Skew(AwsSignature signature)
    {
        var now = options.Time.GetUtcNow();
        var earliest = now - (signature.Expires is { } seconds ? TimeSpan.FromSeconds(seconds) : options.AllowedSkew);
        if (signature.SignedAt < earliest)
            return new AwsCaller(null, AwsDenial.Skewed, $"Signature expired: {signature.Timestamp} is now earlier than {earliest:yyyyMMdd'T'HHmmss'Z'}");
        var latest = now + options.AllowedSkew;
        return signature.SignedAt > latest
            ? new AwsCaller(null, AwsDenial.Skewed, $"Signature not yet current: {signature.Timestamp} is still later than {latest:yyyyMMdd'T'HHmmss'Z'}")
            : null;
    }

    /// <summary>The host and, where there is one, the session token must be among what is signed.</summary>
    static AwsCaller Verify(AwsSignature signature, AwsKey key, HttpRequest request, byte[] body)
    {
        var covers = signature.SignedHeaders.Contains("host", StringComparer.Ordinal)
            && (signature.IsPresigned || key.SessionToken is null || signature.SignedHeaders.Contains("x-amz-security-token", StringComparer.Ordinal));
        return covers && signature.IsMadeWith(key.SecretAccessKey, request, body)
            ? new AwsCaller(key, null)
            : new AwsCaller(null, AwsDenial.WrongSignature);
    }
}
