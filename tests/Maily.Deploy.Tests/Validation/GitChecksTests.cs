using Maily.Deploy.Git;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Validation;

public sealed class GitChecksTests
{
    static readonly GitFacts Good = new() { Commit = new string('a', 40), Branch = "main", IsPushed = true, Remote = "https://git.example/maily.git" };

    [Fact]
    public async Task A_clean_pushed_commit_passes() => (await FaultsAsync(Good)).ShouldBeEmpty();

    [Fact]
    public async Task A_changed_tree_is_refused_with_the_names_of_the_files() =>
        (await FaultsAsync(Good with { Changes = ["a", "b", "c", "d"] })).ShouldBe(["4 changed or untracked files: a, b, c, ..."]);

    [Fact]
    public async Task A_commit_that_is_nowhere_else_is_refused() =>
        (await FaultsAsync(Good with { IsPushed = false })).ShouldBe(["aaaaaaa is on no branch of the remote, as far as this clone knows"]);

    [Fact]
    public async Task A_clone_without_remote_is_refused() =>
        (await FaultsAsync(Good with { IsPushed = false, Remote = null })).ShouldBe(["this clone has no remote"]);

    [Fact]
    public async Task Outside_of_a_repository_both_are_refused() => (await FaultsAsync(null)).Length.ShouldBe(2);

    [Fact]
    public void The_sandbox_asks_for_neither() => GitChecks.For(null, GitPolicy.None).ShouldBeEmpty();

    static async Task<string[]> FaultsAsync(GitFacts? facts) =>
        [.. (await new CheckRunner(TimeProvider.System).RunAsync(GitChecks.For(facts, GitPolicy.Strict), [], TestContext.Current.CancellationToken)).Faults.Select(fault => fault.Result.Fact)];
}
