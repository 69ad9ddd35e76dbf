using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>One version of a secret.</summary>
public sealed record AwsSecretVersion
{
    /// <summary>Its id; the request's token where one came.</summary>
    public required string Id { get; init; }

    /// <summary>The text; <see langword="null"/> where it is binary.</summary>
    public string? Text { get; init; }

    /// <summary>The bytes in base64; <see langword="null"/> where it is text.</summary>
    public string? Binary { get; init; }

    /// <summary>AWSCURRENT, AWSPREVIOUS, AWSPENDING or labels of one's own; none means deprecated.</summary>
    public ImmutableHashSet<string> Stages { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    internal bool HasContentOf(AwsSecretVersion other) => Text == other.Text && Binary == other.Binary;

    /// <summary>Shows the id and no content.</summary>
    /// <returns>The version's id.</returns>
    public override string ToString() => Id;
}

/// <summary>A secret as it is at one moment.</summary>
public sealed record AwsSecret
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its ARN, which ends with a hyphen and six characters.</summary>
    public required string Arn { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Its versions, oldest first.</summary>
    public ImmutableList<AwsSecretVersion> Versions { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was marked for deletion; <see langword="null"/> where it is not.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>What the account holds. Safe to read from several threads.</summary>
public sealed class AwsState
{
    readonly Lock gate = new();
    ImmutableSortedDictionary<string, AwsSecret> secrets = ImmutableSortedDictionary.Create<string, AwsSecret>(StringComparer.Ordinal);
    ImmutableList<AwsCluster> clusters;

    internal AwsState(IEnumerable<AwsCluster> clusters, DateTimeOffset startedAt)
    {
        this.clusters = [.. clusters];
        StartedAt = startedAt;
    }

    /// <summary>The secrets, by name.</summary>
    public IReadOnlyList<AwsSecret> Secrets
    {
        get
        {
            lock (gate)
                return [.. secrets.Values];
        }
    }

    /// <summary>The clusters of the region.</summary>
    public IReadOnlyList<AwsCluster> Clusters
    {
        get
        {
            lock (gate)
                return clusters;
        }
    }

    internal DateTimeOffset StartedAt { get; }

    /// <summary>Makes a cluster known, or replaces the one of its name; for a cluster that starts after the stand-in.</summary>
    /// <param name="cluster">The cluster.</param>
    public void SetCluster(AwsCluster cluster)
    {
        lock (gate)
            clusters = clusters.RemoveAll(known => known.Name == cluster.Name).Add(cluster);
    }

    /// <summary>Finds a secret by name, ARN, or ARN without its ending.</summary>
    /// <param name="secretId">Name or ARN.</param>
    /// <returns>The secret, or <see langword="null"/>.</returns>
    public AwsSecret? Find(string secretId) =>
        Secrets.FirstOrDefault(secret => secret.Name == secretId || secret.Arn == secretId || secret.Arn[..^7] == secretId);

    internal void Set(AwsSecret secret)
    {
        lock (gate)
            secrets = secrets.SetItem(secret.Name, secret);
    }

    internal void Remove(AwsSecret secret)
    {
        lock (gate)
            secrets = secrets.Remove(secret.Name);
    }
}
