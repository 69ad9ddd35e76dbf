using Maily.Deploy.Vercel;

namespace Maily.Deploy.Tests.Vercel;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("", "node_modules/next/index.js", true)]
    [InlineData("", ".env", true)]
    [InlineData("", ".env.production", true)]
    [InlineData("", "deep/.env.local", true)]
    [InlineData("", "api/health.js", false)]
    [InlineData("*.log", "deep/a.log", true)]
    [InlineData("/top.txt", "deep/top.txt", false)]
    [InlineData("/top.txt", "top.txt", true)]
    [InlineData("docs/", "docs/a.md", true)]
    [InlineData("docs/", "docs", false)]
    [InlineData("a/*.md", "a/b/c.md", false)]
    [InlineData("a/**/*.md", "a/b/c.md", true)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("# comment\n\n", "comment", false)]
    [InlineData("a.b", "aXb", false)]
    public void A_file_is_left_out_as_gitignore_would(string rules, string path, bool ignored) =>
        IgnoreRules.Parse(rules).Ignores(path).ShouldBe(ignored);
}
