namespace Maily.Deploy.Sandbox.Aws;

/// <summary>A pair of keys that the stand-in accepts.</summary>
/// <param name="AccessKeyId">For instance <c>AKIA...</c>.</param>
/// <param name="SecretAccessKey">The key that requests are signed with.</param>
public sealed record AwsKey(string AccessKeyId, string SecretAccessKey)
{
    /// <summary>Who signs with it.</summary>
    public string Arn { get; init; } = "arn:aws:iam::111122223333:user/maily-deploy";

    /// <summary>The caller's unique id.</summary>
    public string UserId { get; init; } = "AIDASANDBOX0000000001";

    /// <summary>The token of temporary credentials; it must come, and be signed, with every request.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The end of temporary credentials.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The account, taken from <see cref="Arn"/>.</summary>
    public string Account => Arn.Split(':')[4];

    /// <summary>Shows the id and no secret.</summary>
    /// <returns>The access key id.</returns>
    public override string ToString() => AccessKeyId;
}

/// <summary>A cluster that <c>eks:DescribeCluster</c> knows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Endpoint">Address of its API.</param>
/// <param name="CertificateAuthority">PEM of its authority, in base64 as AWS gives it.</param>
/// <param name="Status">ACTIVE, CREATING, UPDATING, FAILED or DELETING.</param>
/// <param name="Version">Kubernetes version.</param>
public sealed record AwsCluster(string Name, Uri Endpoint, string CertificateAuthority, string Status = "ACTIVE", string Version = "1.32");

/// <summary>How an AWS stand-in is set up: STS, Secrets Manager and EKS of one region on one endpoint.</summary>
public sealed record AwsStandInOptions
{
    /// <summary>The region that requests must be signed for.</summary>
    public string Region { get; init; } = "eu-central-1";

    /// <summary>The keys that are accepted.</summary>
    public IReadOnlyList<AwsKey> Keys { get; init; } =
        [new("AKIASANDBOX000000001", "sandboxSecretAccessKey000000000000000001")];

    /// <summary>The clusters that exist.</summary>
    public IReadOnlyList<AwsCluster> Clusters { get; init; } = [];

    /// <summary>Secrets that exist from the start, by name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>How far a request's clock may be off.</summary>
    public TimeSpan AllowedSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
