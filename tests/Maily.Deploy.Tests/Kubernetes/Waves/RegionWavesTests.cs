using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Kubernetes.Waves;

public sealed class RegionWavesTests
{
    static readonly ImmutableArray<RegionSpec> Regions = [Region("b", 1, 10), Region("d", 2, 0), Region("c", 2, 5), Region("a", 3, 60)];

    [Fact]
    public void A_wave_waits_for_the_former_ones_and_their_bake_times_and_the_last_has_none() =>
        PlanOf(null).ShouldBe(["b <- ", "bake-1 <- b", "c <- b bake-1", "d <- b bake-1", "bake-2 <- c d", "a <- b c d bake-1 bake-2"]);

    [Fact]
    public void A_bake_time_of_zero_watches_nothing() => PlanOf(TimeSpan.Zero).ShouldBe(["b <- ", "c <- b", "d <- b", "a <- b c d"]);

    [Fact]
    public void A_wave_without_a_bake_time_of_its_own_gets_none_from_outside() =>
        StepsOf([Region("a", 1, 0), Region("b", 2, 0)], TimeSpan.FromMinutes(1)).Select(step => step.Id.Name).ShouldBe(["a", "b"]);

    [Fact]
    public void The_plan_says_for_how_long_and_before_what() =>
        StepsOf(Regions, null).Select(step => step.Title).ShouldContain("watch b for 10 minutes before c, d");

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("0s", 0)]
    public void The_time_may_come_from_a_variable(string text, int seconds) =>
        ClusterSettings.From(new Variables([new("MAILY_BAKE_TIME", text, "test")])).BakeTime.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_variable_that_is_no_time_is_refused() =>
        Should.Throw<MalformedVariableException>(() => ClusterSettings.From(new Variables([new("MAILY_BAKE_TIME", "soon", "test")])));

    static IEnumerable<string> PlanOf(TimeSpan? time) => StepsOf(Regions, time).Select(step => $"{step.Id.Name} <- {string.Join(' ', step.After.Select(id => id.Name))}");

    static ImmutableArray<Step> StepsOf(ImmutableArray<RegionSpec> regions, TimeSpan? time)
    {
        var waves = new RegionWaves("DeployK8s", regions, new ClusterSettings { Kubeconfig = "none", BakeTime = time }, (_, _, _) => throw new NotSupportedException());
        return waves.With(regions.ToImmutableDictionary(region => region.Name, Step (region) => new NoStep { Id = waves.IdOf(region), Title = "", After = waves.Before(region) }));
    }

    static RegionSpec Region(string name, int wave, int minutes) => new() { Name = name, Context = name, Overlay = "", Wave = wave, BakeTime = TimeSpan.FromMinutes(minutes) };

    sealed class NoStep : Step
    {
        public override StepKind Kind => StepKind.Probing;

        public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => throw new NotSupportedException();

        public override Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation) => throw new NotSupportedException();

        public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
