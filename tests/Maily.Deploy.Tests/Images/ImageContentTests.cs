using System.Formats.Tar;
using System.Runtime.Versioning;
using Maily.Deploy.Images;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageContentTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-content-");

    ImageSpec Image => new() { Name = "service", Context = folder.FullName };

    [Fact]
    public async Task Equal_content_has_an_equal_tag_whatever_its_times_and_its_folder()
    {
        Write("Dockerfile", "FROM scratch");
        Write("app/start", "#!/bin/sh");
        var first = await HashAsync(Image);
        File.SetLastWriteTimeUtc(Path.Combine(folder.FullName, "app/start"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateDirectory(Path.Combine(folder.FullName, "empty"));

        (await HashAsync(Image)).ShouldBe(first);
        first.ShouldMatch("^c-[0-9a-f]{16}$");
    }

    [Fact]
    public async Task Each_thing_that_decides_the_image_decides_the_tag()
    {
        Write("Dockerfile", "FROM scratch");
        Write("app/start", "#!/bin/sh");
        var seen = new HashSet<string> { await HashAsync(Image) };

        seen.Add(await HashAsync(Image with { BuildArguments = Image.BuildArguments.Add("A", "1") })).ShouldBeTrue();
        seen.Add(await HashAsync(Image with { Platforms = ["linux/arm64"] })).ShouldBeTrue();
        seen.Add(await HashAsync(Image, ("debian:13", "sha256:1"))).ShouldBeTrue();
        seen.Add(await HashAsync(Image, ("debian:13", "sha256:2"))).ShouldBeTrue();
        Write("app/start", "#!/bin/bash");
        seen.Add(await HashAsync(Image)).ShouldBeTrue();
        File.Move(Path.Combine(folder.FullName, "app/start"), Path.Combine(folder.FullName, "app/begin"));
        seen.Add(await HashAsync(Image)).ShouldBeTrue();
        Write("Dockerfile", "FROM scratch\nCOPY app /app");
        seen.Add(await HashAsync(Image)).ShouldBeTrue();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_script_that_becomes_executable_changes_the_tag()
    {
        Write("Dockerfile", "FROM scratch");
        Write("start", "#!/bin/sh");
        var before = await HashAsync(Image);
        File.SetUnixFileMode(Path.Combine(folder.FullName, "start"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (await HashAsync(Image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task What_the_build_does_not_see_does_not_count()
    {
        Write("Dockerfile", "FROM scratch");
        Write(".dockerignore", "*\n!app");
        Write("app/start", "#!/bin/sh");
        var before = await HashAsync(Image);
        Write("notes.md", "later");

        (await HashAsync(Image)).ShouldBe(before);
    }

    [Fact]
    public async Task A_Dockerfile_s_own_rules_stand_for_those_of_the_folder()
    {
        Write("build/Dockerfile", "FROM scratch");
        Write("build/Dockerfile.dockerignore", "*\n!app\napp/skip");
        Write(".dockerignore", "app");
        Write("app/start", "#!/bin/sh");
        Write("app/skip", "not seen");
        var image = Image with { Dockerfile = "build/Dockerfile" };
        var context = BuildContext.Of(image);

        context.Entries.Select(entry => entry.Path).ShouldBe(["app/start", "build/Dockerfile", "build/Dockerfile.dockerignore"]);
        (context.Sees("build/Dockerfile.dockerignore"), context.Sees(".dockerignore"), context.Sees("app/more"), context.Sees("app/skip")).ShouldBe((true, false, true, false));
        new LargeFileException(image, context.Entries).Remedy.ShouldContain(Path.Combine(image.Context, "build/Dockerfile.dockerignore"));
        new UncommittedContentException(image, ["app/start"]).Remedy.ShouldContain(Path.Combine(image.Context, "build/Dockerfile.dockerignore"));
        var before = await HashAsync(image);
        Write("build/Dockerfile.dockerignore", "*\n!app\napp/skip\n# more");
        (await HashAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task The_archive_holds_the_same_bytes_every_time()
    {
        Write("Dockerfile", "FROM scratch");
        Write(".dockerignore", "*\n!app\napp/skip");
        Write("app/start", "#!/bin/sh");
        Write("app/skip", "not seen");
        var first = await TarAsync();
        File.SetLastWriteTimeUtc(Path.Combine(folder.FullName, "app/start"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        (await TarAsync()).ShouldBe(first);
        Names(first).ShouldBe([".dockerignore", "Dockerfile", "app/", "app/start"]);
    }

    [Fact]
    public void An_image_without_its_Dockerfile_is_refused() =>
        Should.Throw<DockerfileMissingException>(() => BuildContext.Of(Image)).Kind.ShouldBe(FailureKind.Refused);

    public void Dispose() => folder.Delete(recursive: true);

    static Task<string> HashAsync(ImageSpec image, params (string Name, string Digest)[] bases) =>
        ImageContent.HashAsync(image, BuildContext.Of(image), bases.ToDictionary(pair => pair.Name, pair => pair.Digest), TestContext.Current.CancellationToken);

    async Task<byte[]> TarAsync()
    {
        using var tar = new MemoryStream();
        await BuildContext.Of(Image).WriteTarAsync(tar, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        return tar.ToArray();
    }

    static IEnumerable<string> Names(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
            yield return entry.Name;
    }

    void Write(string path, string text)
    {
        var file = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
