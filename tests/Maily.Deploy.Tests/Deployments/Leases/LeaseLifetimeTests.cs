using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Deployments.Leases;

public sealed class LeaseLifetimeTests
{
    [Theory]
    [InlineData("2s", 2)]
    [InlineData("1.5m", 90)]
    [InlineData(" 1h ", 3600)]
    public void A_team_sets_how_long_a_lease_lives(string text, int seconds) => Read(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_lease_lives_a_minute_unless_somebody_says_otherwise() => LeaseLifetime.From(new([])).ShouldBe(TimeSpan.FromMinutes(1));

    [Theory]
    [InlineData("1.9s")]
    [InlineData("0s")]
    [InlineData("60")]
    [InlineData("-60s")]
    [InlineData("2h")]
    [InlineData("long")]
    public void What_no_heartbeat_could_keep_or_nobody_would_wait_for_is_refused(string text)
    {
        var refused = Should.Throw<MalformedVariableException>(() => Read(text));

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Message.ShouldContain("MAILY_LEASE_LIFETIME is not a duration from 2s to 1h");
    }

    static TimeSpan Read(string text) => LeaseLifetime.From(new([new Variable("MAILY_LEASE_LIFETIME", text, "test")]));
}
