using Maily.Deploy.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Kubernetes;

public sealed class RolloutPatienceTests
{
    [Fact]
    public void Both_times_are_read_and_have_defaults()
    {
        RolloutPatience.From(new([])).ShouldBe(new RolloutPatience());

        var set = RolloutPatience.From(new([new("MAILY_ROLLOUT_TIMEOUT", "1h", "test"), new("MAILY_ROLLOUT_NO_ACTIVITY", "90s", "test")]));

        (set.Total, set.NoActivity).ShouldBe((TimeSpan.FromHours(1), TimeSpan.FromSeconds(90)));
    }

    [Theory]
    [InlineData("MAILY_ROLLOUT_TIMEOUT")]
    [InlineData("MAILY_ROLLOUT_NO_ACTIVITY")]
    public void A_time_that_is_none_is_refused(string name) =>
        Should.Throw<MalformedVariableException>(() => RolloutPatience.From(new([new(name, "soon", "test")]))).Name.ShouldBe(name);
}
