namespace Maily.Deploy.Git;

/// <summary>What a working tree is at, at one moment.</summary>
public sealed record GitFacts
{
    /// <summary>The full commit id of HEAD, 40 hexadecimal digits.</summary>
    public required string Commit { get; init; }

    /// <summary>The branch; null when HEAD is detached, as on CI runners.</summary>
    public string? Branch { get; init; }

    /// <summary>Changed and untracked files, at most a few; empty when the tree is clean.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Whether the commit is on a branch of a remote, as this clone knows it; false without a remote.</summary>
    public bool IsPushed { get; init; }

    /// <summary>The remote's address without user and password; null without a remote.</summary>
    public string? Remote { get; init; }

    /// <summary>The committer's name; null where none is configured.</summary>
    public string? User { get; init; }

    /// <summary>The first line of the commit's message.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Whether nothing is changed or untracked.</summary>
    public bool IsClean => Changes.Count == 0;
}
