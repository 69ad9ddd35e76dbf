using Maily.Deploy.Deployments;
using Maily.Deploy.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageOriginTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_of_the_last_commit_that_changed_it_whichever_is_deployed()
    {
        using var folder = await ImageRepository.CreateAsync();
        folder.Write("app/start", "#!/bin/sh\n# two\n");
        var changed = await folder.CommitAsync("change it", 1_700_000_100);
        var first = await ReadAsync(folder);
        folder.WriteBeside("README.md", "something else");
        await folder.CommitAsync("change another thing", 1_700_000_200);

        (await ReadAsync(folder)).ShouldBe(first);
        first.Labels["org.opencontainers.image.revision"].ShouldBe(changed);
        first.Labels["org.opencontainers.image.created"].ShouldBe("2023-11-14T22:15:00Z");
        first.Labels.ContainsKey("org.opencontainers.image.source").ShouldBeFalse();
    }

    [Theory]
    [InlineData("git@git.example:maily/platform.git", "https://git.example/maily/platform")]
    [InlineData("ssh://git@git.example/maily/platform.git", "https://git.example/maily/platform")]
    [InlineData("https://user:word@git.example/maily/platform.git", "https://git.example/maily/platform")]
    public async Task Its_source_is_an_address_that_everybody_can_open_without_a_login(string remote, string source)
    {
        using var folder = await ImageRepository.CreateAsync();
        await folder.GitAsync("remote", "add", "origin", remote);

        (await ReadAsync(folder)).Labels["org.opencontainers.image.source"].ShouldBe(source);
    }

    static Task<ImageOrigin> ReadAsync(ImageRepository folder) => ImageOrigin.ReadAsync(new DeploymentContext
    {
        Id = DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2"), Environment = "sandbox", Commit = new('a', 40), Folder = "", Log = NullLogger.Instance, Time = TimeProvider.System,
    }, folder.Image, Token);
}
