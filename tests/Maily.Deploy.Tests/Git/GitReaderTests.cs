using Maily.Deploy.Git;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Git;

public sealed class GitReaderTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static GitReader Git => new(new ProcessRunner(TimeProvider.System));

    [Fact]
    public async Task A_folder_without_repository_has_no_facts()
    {
        using var folder = new GitFolder();

        (await Git.ReadAsync(folder.Path, Token)).ShouldBeNull();
        (await Git.IsIgnoredAsync(folder.Path, Path.Combine(folder.Path, "x"), Token)).ShouldBeNull();
        (await Git.TrackedFilesAsync(folder.Path, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_clone_without_remote_is_clean_and_not_pushed()
    {
        using var folder = new GitFolder();
        await folder.StartAsync("bin/\n");

        var facts = (await Git.ReadAsync(folder.Path, Token)).ShouldNotBeNull();

        facts.Commit.Length.ShouldBe(40);
        (facts.Branch, facts.IsClean, facts.IsPushed, facts.Remote, facts.User, facts.Subject).ShouldBe(("main", true, false, null, "Ada", "First"));
        (await Git.IsIgnoredAsync(folder.Path, Path.Combine(folder.Path, "bin", "x"), Token)).ShouldBe(true);
        (await Git.IsIgnoredAsync(folder.Path, Path.Combine(folder.Path, "src"), Token)).ShouldBe(false);
        (await Git.TrackedFilesAsync(folder.Path, Token)).ShouldBe([".gitignore"]);
    }

    [Fact]
    public async Task A_changed_tree_names_its_changes()
    {
        using var folder = new GitFolder();
        await folder.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "new.txt"), "x", Token);

        (await Git.ReadAsync(folder.Path, Token)).ShouldNotBeNull().Changes.ShouldBe(["new.txt"]);
    }

    [Fact]
    public async Task A_commit_is_pushed_once_the_remote_has_it_also_when_head_is_detached()
    {
        using var remote = new GitFolder();
        await remote.GitAsync("init", "--quiet", "--bare");
        using var folder = new GitFolder();
        await folder.StartAsync();
        await folder.GitAsync("remote", "add", "origin", remote.Path);
        (await Git.ReadAsync(folder.Path, Token)).ShouldNotBeNull().IsPushed.ShouldBeFalse();

        await folder.GitAsync("push", "--quiet", "origin", "main");
        await folder.GitAsync("checkout", "--quiet", "--detach");

        var facts = (await Git.ReadAsync(folder.Path, Token)).ShouldNotBeNull();
        (facts.IsPushed, facts.Branch).ShouldBe((true, null));
    }

    [Fact]
    public async Task A_password_in_the_remote_is_not_shown()
    {
        using var folder = new GitFolder();
        await folder.StartAsync();
        await folder.GitAsync("remote", "add", "origin", "https://ada:s3cret@git.example/maily.git");

        (await Git.ReadAsync(folder.Path, Token)).ShouldNotBeNull().Remote.ShouldBe("https://git.example/maily.git");
    }
}
