using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.GitOps;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.GitOps;

/// <summary>Against a real bare repository.</summary>
public sealed class RepositoryWriterTests : IAsyncLifetime
{
    static readonly ProcessRunner Processes = new(TimeProvider.System);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-gitops-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Bare => Path.Combine(folder.FullName, "manifests.git");

    GitOpsSettings Settings => new() { Repository = new() { Url = $"file://{Bare}" }, PushRetries = 6, PushPause = TimeSpan.FromMilliseconds(20) };

    public async ValueTask InitializeAsync()
    {
        await GitAsync(folder.FullName, "init", "--quiet", "--bare", "--initial-branch=main", Bare);
        await CommitBesideAsync("README.md", "first");
    }

    [Fact]
    public async Task Many_that_push_at_once_all_get_there_and_nobodys_commit_is_lost()
    {
        var regions = Enumerable.Range(0, 5).Select(at => $"region-{at}").ToArray();

        await Task.WhenAll(regions.Select(region => PutAsync($"regions/{region}", Settings with { PushRetries = 20 }, ("a.yaml", region))));

        (await GitAsync(Bare, "ls-tree", "-r", "--name-only", "main")).Split('\n').ShouldBe(["README.md", .. regions.Select(region => $"regions/{region}/a.yaml")]);
        (await GitAsync(Bare, "rev-list", "--count", "main")).ShouldBe("6");
    }

    [Fact]
    public async Task A_folder_that_is_as_wanted_makes_no_commit()
    {
        (await PutAsync("regions/eu", Settings, ("a.yaml", "1"))).ShouldNotBeNull();
        var head = await GitAsync(Bare, "rev-parse", "main");

        (await PutAsync("regions/eu", Settings, ("a.yaml", "1"))).ShouldBeNull();

        (await GitAsync(Bare, "rev-parse", "main")).ShouldBe(head);
    }

    [Fact]
    public async Task A_commit_is_signed_off_and_found_by_its_trailer_behind_many_others()
    {
        var id = DeploymentId.Create(TimeProvider.System, "0123456");
        var commit = await PutAsync("regions/eu", Settings, $"Deploy\n\nMaily-Deployment: {id}\nMaily-Region: eu\n", ("a.yaml", "1"));
        (await GitAsync(Bare, "log", "-1", "--format=%(trailers:key=Signed-off-by)", "main")).ShouldStartWith("Signed-off-by: ");
        await CommitBesideAsync("beside.txt", Enumerable.Range(0, 70).Select(at => $"text {at}").ToArray());

        using var clone = await ManifestsClone.OpenAsync(Settings.Repository, Processes, Cancellation);

        (await clone.FindCommitAsync(id, "eu", Cancellation)).ShouldBe(commit);
        (await clone.FindCommitAsync(id, "us", Cancellation)).ShouldBeNull();
        (await clone.FindCommitAsync(DeploymentId.Create(TimeProvider.System, "abcdef0"), "eu", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task One_that_is_overtaken_each_time_gives_up_and_says_so()
    {
        var at = 0;
        var failure = await Should.ThrowAsync<PushOvertakenException>(() => PutAsync("regions/eu", Settings with { PushRetries = 2 }, "Deploy", clone => CommitBesideAsync("beside.txt", $"{at++}"), ("a.yaml", "1")));

        failure.Fact.ShouldContain("before each of 3 pushes");
        (await GitAsync(Bare, "ls-tree", "-r", "--name-only", "main")).ShouldNotContain("regions/eu");
    }

    [Fact]
    public async Task Somebody_else_in_the_same_folder_is_not_overwritten()
    {
        var done = false;
        var failure = await Should.ThrowAsync<FolderOvertakenException>(() => PutAsync("regions/eu", Settings, "Deploy", async clone =>
        {
            if (!done)
                await CommitBesideAsync("regions/eu/a.yaml", "theirs");
            done = true;
        }, ("a.yaml", "ours")));

        failure.Evidence.ShouldNotBeNull().ShouldContain("Somebody");
        (await GitAsync(Bare, "show", "main:regions/eu/a.yaml")).ShouldBe("theirs");
    }

    [Fact]
    public async Task A_server_that_refuses_by_a_rule_is_not_asked_again()
    {
        var hook = Path.Combine(Bare, "hooks", "pre-receive");
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\necho asked >> {folder.FullName}/asked\necho 'GH006: Protected branch update failed' >&2\nexit 1\n", Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = await Should.ThrowAsync<PushRefusedException>(() => PutAsync("regions/eu", Settings, ("a.yaml", "1")));

        failure.Evidence.ShouldNotBeNull().ShouldContain("Protected branch");
        (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "asked"), Cancellation)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_ended_permit_pushes_nothing()
    {
        var head = await GitAsync(Bare, "rev-parse", "main");
        using var clone = await ManifestsClone.OpenAsync(Settings.Repository, Processes, Cancellation);
        var writer = new ManifestsRepositoryWriter(clone, Settings, Permit(TimeSpan.Zero), TimeProvider.System);

        await Should.ThrowAsync<PermitExpiredException>(() => writer.PutAsync("regions/eu", "Deploy", token => WriteAsync(clone, "regions/eu", ("a.yaml", "1")), Cancellation));

        (await GitAsync(Bare, "rev-parse", "main")).ShouldBe(head);
    }

    [Fact]
    public async Task A_packed_folder_is_unpacked_to_the_same_tree()
    {
        await CommitBesideAsync("regions/eu/README.md", "text");
        await CommitBesideAsync("regions/eu/deep/old.yaml", "kind: Old");
        using var clone = await ManifestsClone.OpenAsync(Settings.Repository, Processes, Cancellation);
        var tree = await clone.FindTreeAsync("HEAD", "regions/eu", Cancellation);
        await clone.ArchiveAsync("regions/eu", Path.Combine(folder.FullName, "a.tar"), Cancellation);
        var packed = await RegionFolder.PackAsync(Path.Combine(folder.FullName, "a.tar"), Cancellation);
        var region = new RegionFolder(clone.Folder, "regions/eu");

        await region.WriteAsync([], Cancellation);
        (await clone.StagedTreeAsync("regions/eu", Cancellation)).ShouldNotBe(tree);
        File.Exists(Path.Combine(clone.Folder, "regions/eu/README.md")).ShouldBeTrue();
        await region.UnpackAsync(packed, Cancellation);

        (await clone.StagedTreeAsync("regions/eu", Cancellation)).ShouldBe(tree);
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    Task<string?> PutAsync(string path, GitOpsSettings settings, params (string Name, string Text)[] files) => PutAsync(path, settings, "Deploy", files);

    Task<string?> PutAsync(string path, GitOpsSettings settings, string message, params (string Name, string Text)[] files) => PutAsync(path, settings, message, _ => Task.CompletedTask, files);

    async Task<string?> PutAsync(string path, GitOpsSettings settings, string message, Func<ManifestsClone, Task> meanwhile, params (string Name, string Text)[] files)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, Processes, Cancellation);
        return await new ManifestsRepositoryWriter(clone, settings, Permit(TimeSpan.FromMinutes(1)), TimeProvider.System).PutAsync(path, message, async token =>
        {
            await WriteAsync(clone, path, files);
            await meanwhile(clone);
        }, Cancellation);
    }

    static async Task WriteAsync(ManifestsClone clone, string path, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(Path.Combine(clone.Folder, path));
        foreach (var (name, text) in files)
            await File.WriteAllTextAsync(Path.Combine(clone.Folder, path, name), text, Cancellation);
    }

    static ChangePermit Permit(TimeSpan left) => new(DeploymentId.Create(TimeProvider.System, "0123456"), new StepId("DeployK8s", "eu"), 1, TimeProvider.System, () => left);

    async Task CommitBesideAsync(string file, params string[] texts)
    {
        var clone = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"));
        await GitAsync(folder.FullName, "clone", "--quiet", Bare, clone);
        foreach (var text in texts)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(clone, file))!);
            await File.WriteAllTextAsync(Path.Combine(clone, file), text, Cancellation);
            await GitAsync(clone, "add", "--all");
            await GitAsync(clone, "-c", "user.name=Somebody", "-c", "user.email=s@maily.example", "commit", "--quiet", "--message", $"Write {file}");
        }

        await GitAsync(clone, "push", "--quiet", "origin", "HEAD:main");
    }

    static async Task<string> GitAsync(string where, params string[] arguments) =>
        (await Processes.RunAsync(CommandLine.Of("git", ["-C", where, .. arguments]), null, Cancellation)).Trim();
}
