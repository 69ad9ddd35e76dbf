using System.Collections.Immutable;
using Maily.Deploy.Images;

namespace Maily.Deploy.Tests.Images;

public sealed class UncommittedContentTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_committed_image_holds_nothing_else_whatever_lies_beside_it()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.Write("notes.md", "not seen by the build");
        folder.Write("app/cache.tmp", "left out by a rule");
        folder.WriteBeside("README.md", "another folder");

        (await FindAsync(folder)).ShouldBe([]);
    }

    [Fact]
    public async Task What_was_changed_added_removed_or_staged_is_named()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.Write("app/start", "#!/bin/sh\n# changed\n");
        folder.Write("app/ä new", "untracked");
        folder.Write("app/staged", "staged");
        await folder.GitAsync("add", "services/api/app/staged");
        File.Delete(Path.Combine(folder.Image.Context, "app/serve"));

        (await FindAsync(folder)).ShouldBe(["app/serve", "app/staged", "app/start", "app/ä new"]);
    }

    [Fact]
    public async Task A_file_that_git_ignores_and_the_build_sees_is_named_too()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.WriteBeside(".gitignore", "*.key\n");
        await folder.CommitAsync("ignore keys", 1_700_000_100);
        folder.Write("app/server.key", "secret");

        (await FindAsync(folder)).ShouldBe(["app/server.key"]);
    }

    [Fact]
    public async Task A_changed_Dockerfile_or_ignore_file_counts()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.Write("Dockerfile", "FROM scratch\n");
        folder.Write(".dockerignore", "*\n!app\n");

        (await FindAsync(folder)).ShouldBe([".dockerignore", "Dockerfile"]);
    }

    [Fact]
    public async Task Git_s_own_folder_is_named_as_one_where_the_build_sees_it()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.WriteBeside("Dockerfile", "FROM scratch\n");
        await folder.CommitAsync("one at the root", 1_700_000_100);
        var image = folder.Image with { Context = folder.Root };

        (await FindAsync(image)).ShouldNotBeNull().AsEnumerable().ShouldBe([".git"]);
    }

    [Fact]
    public async Task Outside_of_a_repository_there_is_nothing_to_compare_with()
    {
        var folder = Directory.CreateTempSubdirectory("maily-context-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Dockerfile"), "FROM scratch\n", Token);
        var image = new ImageSpec { Name = "api", Context = folder.FullName };

        (await FindAsync(image)).ShouldBeNull();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Several_contexts_are_asked_for_at_once_and_each_gets_its_own_also_one_that_is_a_repository_itself()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.WriteBeside("services/worker/Dockerfile", "FROM scratch\n");
        await folder.CommitAsync("another service", 1_700_000_100);
        using var own = await ImageRepository.CreateAsync();
        var within = Path.Combine(folder.Root, "services", "own");
        Directory.Move(own.Image.Context, within);
        Directory.Move(Path.Combine(own.Root, ".git"), Path.Combine(within, ".git"));
        await folder.GitAsync("-C", within, "add", "--all");
        await folder.GitAsync("-C", within, "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "--message", "moved");
        folder.Write("app/start", "#!/bin/sh\n# changed\n");
        folder.WriteBeside("services/worker/new", "untracked");
        await File.AppendAllTextAsync(Path.Combine(within, "app", "start"), "# changed too\n", Token);
        await File.AppendAllTextAsync(Path.Combine(within, ".dockerignore"), "\n.git\n", Token);
        ImageSpec[] images = [folder.Image, new() { Name = "worker", Context = Path.Combine(folder.Root, "services", "worker") }, folder.Image with { Name = "own", Context = within }];
        var files = new CommittedFiles(images.Select(image => image.Context), TimeProvider.System);

        var found = await Task.WhenAll(images.Select(image => UncommittedContent.FindAsync(image, BuildContext.Of(image), files, Token)));

        found.Select(names => string.Join(' ', names.ShouldNotBeNull())).ShouldBe(["app/start", "new", ".dockerignore app/start"]);
    }

    static async Task<string[]> FindAsync(ImageRepository folder) => [.. (await FindAsync(folder.Image)).ShouldNotBeNull()];

    static Task<ImmutableArray<string>?> FindAsync(ImageSpec image) =>
        UncommittedContent.FindAsync(image, BuildContext.Of(image), new CommittedFiles([image.Context], TimeProvider.System), Token);
}
