using System.Collections.Immutable;

namespace Maily.Deploy.Images.Pruning;

/// <summary>One image of a repository.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Tags">All its tags.</param>
/// <param name="Created">When it says it was made; null where that cannot be read.</param>
/// <param name="Parts">Digests of the images of its platforms, where it is a list of them.</param>
public sealed record StoredImage(string Image, string Digest, ImmutableArray<string> Tags, DateTimeOffset? Created, ImmutableArray<string> Parts);

/// <summary>What is decided about an image.</summary>
/// <param name="Stored">The image.</param>
/// <param name="Goes">Whether it is deleted.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PruneDecision(StoredImage Stored, bool Goes, string Reason);

/// <summary>Which images are kept. It decides; nothing is deleted here.</summary>
public sealed record ImageRetention
{
    /// <summary>The images of so many release records of each environment are kept, whenever they were made.</summary>
    public int Releases { get; init; } = 10;

    /// <summary>What is younger is kept.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Decides about the images of one repository.</summary>
    /// <param name="stored">All that the repository has under tags.</param>
    /// <param name="used">Digests that release records or live workloads use, each with who does.</param>
    /// <param name="known">Environments whose release records were read.</param>
    /// <param name="now">The time.</param>
    public ImmutableArray<PruneDecision> Decide(
        IEnumerable<StoredImage> stored, IReadOnlyDictionary<string, string> used, IReadOnlyCollection<string> known, DateTimeOffset now)
    {
        var newestFirst = stored.OrderByDescending(image => image.Created).ThenBy(image => image.Digest, StringComparer.Ordinal).ToImmutableArray();
        return [.. newestFirst.Select((image, at) => (at == 0 ? "the newest" : WhyKept(image, used, known, now)) is { } why
            ? new PruneDecision(image, false, why)
            : new PruneDecision(image, true, $"older than {Age.TotalDays:0.#} days, in none of the last {Releases} releases, run nowhere"))];
    }

    string? WhyKept(StoredImage image, IReadOnlyDictionary<string, string> used, IReadOnlyCollection<string> known, DateTimeOffset now) =>
        image.Parts.Prepend(image.Digest).Select(used.GetValueOrDefault).FirstOrDefault(user => user is not null) is { } by ? $"used by {by}"
        : image.Tags.FirstOrDefault(tag => !IsOurs(tag)) is { } foreign ? $"tagged {foreign}, which is not ours"
        : image.Tags.Select(EnvironmentTag.Read).FirstOrDefault(environment => environment is not null && !known.Contains(environment)) is { } unread
            ? $"pushed for {unread}, whose release records are not in this store"
        : image.Created is null ? "its age cannot be read"
        : now - image.Created < Age ? $"not {Age.TotalDays:0.#} days old"
        : null;

    static bool IsOurs(string tag) => tag.StartsWith("c-", StringComparison.Ordinal) || tag.StartsWith("git-", StringComparison.Ordinal) || EnvironmentTag.Read(tag) is not null;
}
