using CsCheck;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Secrets;

public sealed class DotEnvParserTests
{
    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("export A=b", "b")]
    [InlineData("  A = b  ", "b")]
    [InlineData("A=", "")]
    [InlineData("A=b # comment", "b")]
    [InlineData("A=b#no-comment", "b#no-comment")]
    [InlineData("A=p$ss${word}", "p$ss${word}")]
    [InlineData("A='p\"a s#s\\n'", "p\"a s#s\\n")]
    [InlineData("A=\"line\\nnext \\\"x\\\"\" # comment", "line\nnext \"x\"")]
    [InlineData("A=\"two\nlines\"", "two\nlines")]
    [InlineData("\uFEFFA=b", "b")]
    [InlineData("# comment\r\n\r\nA=b=c\r\n", "b=c")]
    public void A_value_is_what_stands_there(string text, string value) =>
        DotEnvParser.Parse(text, ".env.production").ShouldBe([("A", value)]);

    [Theory]
    [InlineData("A=ok\nno assignment", 2)]
    [InlineData("A=ok\nB=s3cret value", 2)]
    [InlineData("A=ok\n\nB='s3cret", 3)]
    [InlineData("A=ok\nB='s3cret' s3cret", 2)]
    [InlineData("A=ok\nB=\"s3cret\\q\"", 2)]
    [InlineData("A=ok\nA=s3cret", 2)]
    public void A_broken_line_is_named_and_not_shown(string text, int line)
    {
        var error = Should.Throw<MalformedDotEnvException>(() => DotEnvParser.Parse(text, "/x/.env.production"));

        error.Line.ShouldBe(line);
        error.Message.ShouldContain($".env.production, line {line}");
        error.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public void Any_value_without_single_quotes_survives_them() =>
        Gen.String.Where(value => !value.Contains('\'') && !value.Contains('\r') && !value.Contains('\u0085') && !value.Contains('\f') && !value.Contains('\u2028') && !value.Contains('\u2029') && !value.Contains('\v'))
            .Sample(value => DotEnvParser.Parse($"A='{value}'\nB=1", "x")[0].Value == value);
}
