using Maily.Deploy.Images;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageNameTests
{
    const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "docker.io", "library/busybox", "latest", null)]
    [InlineData("maily/api:1", "docker.io", "maily/api", "1", null)]
    [InlineData("ghcr.io/maily/api:git-1", "ghcr.io", "maily/api", "git-1", null)]
    [InlineData("127.0.0.1:5000/api", "127.0.0.1:5000", "api", "latest", null)]
    [InlineData("localhost/api@" + Digest, "localhost", "api", null, Digest)]
    [InlineData("debian:13@" + Digest, "docker.io", "library/debian", "13", Digest)]
    public void A_name_is_read_as_engines_read_it(string text, string registry, string repository, string? tag, string? digest) =>
        ImageName.Parse(text).ShouldBe(new ImageName(registry, repository, tag, digest));

    [Theory]
    [InlineData("")]
    [InlineData("Upper/Case")]
    [InlineData("api:")]
    [InlineData("api@sha256:12")]
    [InlineData("two words")]
    public void What_is_no_name_is_none(string text) => ImageName.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("debian:13", "library/debian@" + Digest)]
    [InlineData("ghcr.io/maily/api", "ghcr.io/maily/api@" + Digest)]
    public void It_is_named_by_digest_without_its_tag(string text, string name) => ImageName.Parse(text)!.By(Digest).ShouldBe(name);
}
