using System.Collections.Immutable;
using Maily.Deploy.Git;

namespace Maily.Deploy.Validation;

/// <summary>What an environment asks of the working tree that is deployed to it.</summary>
/// <param name="Clean">No changed and no untracked files.</param>
/// <param name="Pushed">The commit is on a branch of the remote.</param>
public sealed record GitPolicy(bool Clean, bool Pushed)
{
    /// <summary>Production's: what is deployed can be found again.</summary>
    public static GitPolicy Strict { get; } = new(Clean: true, Pushed: true);

    /// <summary>The sandbox's.</summary>
    public static GitPolicy None { get; } = new(Clean: false, Pushed: false);
}

/// <summary>Whether what is deployed is a commit that others can find again.</summary>
public static class GitChecks
{
    const int ShownFiles = 3;

    /// <summary>The checks that the policy asks for.</summary>
    public static ImmutableArray<Check> For(GitFacts? facts, GitPolicy policy)
    {
        var checks = ImmutableArray.CreateBuilder<Check>();
        if (policy.Clean)
            checks.Add(new Check("Git", "clean", _ => Task.FromResult(facts is null ? Nowhere : Clean(facts))));
        if (policy.Pushed)
            checks.Add(new Check("Git", "pushed", _ => Task.FromResult(facts is null ? Nowhere : Pushed(facts))));
        return checks.ToImmutable();
    }

    static CheckResult Nowhere { get; } = CheckResult.Fail("this folder is no git repository with a commit", "Deploy from a clone of the repository.");

    static CheckResult Clean(GitFacts facts) => facts.IsClean
        ? CheckResult.Pass($"{facts.Commit[..7]} without changes")
        : CheckResult.Fail($"{facts.Changes.Count} changed or untracked files: {string.Join(", ", facts.Changes.Take(ShownFiles))}{(facts.Changes.Count > ShownFiles ? ", ..." : "")}",
            "Commit, stash or remove them.");

    static CheckResult Pushed(GitFacts facts) => facts switch
    {
        { IsPushed: true } => CheckResult.Pass($"{facts.Commit[..7]} is on the remote"),
        { Remote: null } => CheckResult.Fail("this clone has no remote", "Deploy from a clone of the shared repository, or add it with `git remote add origin`."),
        _ => CheckResult.Fail($"{facts.Commit[..7]} is on no branch of the remote, as far as this clone knows", "Run `git push`, or `git fetch` if it is pushed already."),
    };
}
