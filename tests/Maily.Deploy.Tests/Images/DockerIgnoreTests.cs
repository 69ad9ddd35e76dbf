using Maily.Deploy.Images;

namespace Maily.Deploy.Tests.Images;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "logs/a.log", false)]
    [InlineData("**/*.log", "logs/deep/a.log", true)]
    [InlineData("**/*.log", "a.log", true)]
    [InlineData("node_modules", "node_modules/x/y.js", true)]
    [InlineData("node_modules", "web/node_modules/x", false)]
    [InlineData("**/node_modules", "web/node_modules/x", true)]
    [InlineData("/bin", "bin/tool", true)]
    [InlineData("./bin/", "bin/tool", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("../b", "b", false)]
    [InlineData("a/../../b", "b", false)]
    [InlineData("/../b", "b", true)]
    [InlineData(" # no comment", "# no comment", true)]
    [InlineData("?.txt", "a.txt", true)]
    [InlineData("?.txt", "ab.txt", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[a-c].txt", "d.txt", false)]
    [InlineData("a.txt", "aXtxt", false)]
    [InlineData("docs/**", "docs/a/b.md", true)]
    [InlineData("# comment", "# comment", false)]
    public void A_rule_keeps_away_what_docker_keeps_away(string rule, string path, bool ignored) =>
        DockerIgnore.Parse([rule]).Ignores(path).ShouldBe(ignored);

    [Fact]
    public void The_last_rule_that_matches_decides()
    {
        var ignore = DockerIgnore.Parse(["*", "!app", "app/secret.txt"]);

        ignore.Ignores("readme.md").ShouldBeTrue();
        ignore.Ignores("app/start").ShouldBeFalse();
        ignore.Ignores("app/secret.txt").ShouldBeTrue();
    }
}
