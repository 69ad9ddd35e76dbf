namespace Maily.Deploy.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7200)]
    [InlineData("1.5m", 90)]
    [InlineData("0s", 0)]
    public void A_duration_is_read_as_people_type_it(string text, int seconds) => Duration.Parse(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("15 m")]
    [InlineData("-15m")]
    [InlineData("15m\n")]
    [InlineData("soon")]
    [InlineData("99999999999999h")]
    public void What_is_none_is_refused_with_an_example(string text)
    {
        var refused = Should.Throw<MalformedDurationException>(() => Duration.Parse(text));
        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain("15m");
    }
}
