using System.Text;
using Maily.Deploy.GitOps;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.GitOps;

public sealed class ManifestsRepositoryTests
{
    [Theory]
    [InlineData("https://github.com/maily/manifests.git")]
    [InlineData("git@github.com:maily/manifests.git")]
    [InlineData("ssh://git@example.com/maily/manifests.git")]
    [InlineData("file:///srv/manifests.git")]
    public void An_address_that_git_takes_is_taken(string url)
    {
        var repository = Of(("MAILY_MANIFESTS_URL", url));

        repository.Url.ShouldBe(url);
        repository.Branch.ShouldBe("main");
        repository.Authorization.ShouldBeNull();
    }

    [Theory]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("manifests")]
    [InlineData("ext::sh -c true")]
    public void Anything_else_is_refused(string url) =>
        Should.Throw<MalformedVariableException>(() => Of(("MAILY_MANIFESTS_URL", url))).Name.ShouldBe("MAILY_MANIFESTS_URL");

    [Theory]
    [InlineData("--force")]
    [InlineData("a b")]
    [InlineData("a..b")]
    public void A_branch_that_git_would_take_for_something_else_is_refused(string branch) =>
        Should.Throw<MalformedVariableException>(() => Of(("MAILY_MANIFESTS_URL", "https://h/r"), ("MAILY_MANIFESTS_BRANCH", branch))).Name.ShouldBe("MAILY_MANIFESTS_BRANCH");

    [Fact]
    public void Without_an_address_there_is_none() => Should.Throw<MissingVariableException>(() => Of());

    [Theory]
    [InlineData("https://ada:pa%3Ass@host/r.git", null, "ada:pa:ss")]
    [InlineData("https://host/r.git", "tok", "x-access-token:tok")]
    [InlineData("https://ada@host/r.git", "tok", "ada:tok")]
    public void Credentials_go_into_a_header_and_out_of_the_address(string url, string? token, string expected)
    {
        var repository = token is null ? Of(("MAILY_MANIFESTS_URL", url)) : Of(("MAILY_MANIFESTS_URL", url), ("MAILY_MANIFESTS_TOKEN", token));

        repository.Url.ShouldBe("https://host/r.git");
        repository.Authorization.ShouldNotBeNull().Reveal().ShouldBe($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(expected))}");
        repository.ToString().ShouldBe("https://host/r.git (main)");
    }

    [Theory]
    [InlineData("https://github.com/maily/manifests", true)]
    [InlineData("https://GitHub.com/maily/manifests.git/", true)]
    [InlineData("https://github.com/maily/other.git", false)]
    [InlineData(null, false)]
    public void Argo_CDs_address_is_ours_whatever_its_ending(string? url, bool isOurs) => Of(("MAILY_MANIFESTS_URL", "https://github.com/maily/manifests.git")).IsAt(url).ShouldBe(isOurs);

    static ManifestsRepository Of(params (string Name, string Value)[] variables) => ManifestsRepository.From(new Variables(variables.Select(variable => new Variable(variable.Name, variable.Value, "test"))));
}
