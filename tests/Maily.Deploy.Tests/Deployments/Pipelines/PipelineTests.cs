using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Tests.Deployments.Pipelines;

public sealed class PipelineTests
{
    [Fact]
    public void Stages_that_wait_for_each_other_are_named() =>
        Should.Throw<BrokenPipelineException>(() => new Pipeline([new("A", "") { After = ["C"] }, new("B", ""), new("C", "") { Needs = ["A"] }]))
            .Fact.ShouldBe("The stages A, C wait for each other.");

    [Fact]
    public void An_edge_to_nowhere_is_named() =>
        Should.Throw<BrokenPipelineException>(() => new Pipeline([new("A", "") { After = ["Missing"] }])).Fact.ShouldBe("A comes after Missing, which is no stage.");

    [Fact]
    public void A_name_stands_once() =>
        Should.Throw<BrokenPipelineException>(() => new Pipeline([new("A", ""), new("A", "")])).Fact.ShouldBe("Two stages are called A.");

    [Fact]
    public void An_unknown_stage_lists_the_known_ones() =>
        Should.Throw<BrokenPipelineException>(() => new Pipeline([new("A", "")])["B"]).Fact.ShouldContain("the stages are A");

    [Fact]
    public void Waves_hold_what_may_run_side_by_side()
    {
        var pipeline = new Pipeline([new("End", "") { After = ["A", "B"] }, new("A", "") { Needs = ["Start"] }, new("B", "") { After = ["Start"] }, new("Start", "")]);

        pipeline.Waves().Select(wave => string.Join(' ', wave.Select(stage => stage.Name))).ShouldBe(["Start", "A B", "End"]);
    }
}

public sealed class StandardPipelineTests
{
    readonly Pipeline pipeline = StandardPipeline.Create();

    [Theory]
    [InlineData("Validate", "Prepare")]
    [InlineData("Prepare", "BuildImages")]
    [InlineData("Prepare", "Backup")]
    [InlineData("Prepare", "StageVercel")]
    [InlineData("BuildImages", "ScanImages")]
    [InlineData("ScanImages", "PushImages")]
    [InlineData("PushImages", "Migrate")]
    [InlineData("Backup", "Migrate")]
    [InlineData("StageVercel", "Migrate")]
    [InlineData("Migrate", "DeployK8s")]
    [InlineData("DeployK8s", "DeployAiServices")]
    [InlineData("DeployAiServices", "DeployVercel")]
    [InlineData("DeployVercel", "SmokeTest")]
    [InlineData("SmokeTest", "Compensate")]
    [InlineData("Compensate", "Notify")]
    public void The_order_is_that_of_the_design(string former, string later) =>
        DepthOf(former).ShouldBeLessThan(DepthOf(later));

    [Fact]
    public void Nothing_that_lasts_is_changed_before_every_artifact_exists()
    {
        var names = pipeline.Order.Where(stage => stage.Kind is not null).ToList();
        var artifacts = names.Where(stage => stage.Kind == StepKind.Additive && stage.Name != "SmokeTest").Max(stage => DepthOf(stage.Name));

        names.Where(stage => stage.Kind is not (StepKind.Additive or StepKind.Probing)).ShouldAllBe(stage => DepthOf(stage.Name) > artifacts);
    }

    [Fact]
    public void Artifacts_of_different_platforms_are_made_side_by_side() =>
        pipeline.Waves().ShouldContain(wave => wave.Count(stage => stage.Name == "BuildImages" || stage.Name == "Backup" || stage.Name == "StageVercel") == 3);

    [Fact]
    public void Only_needs_drag_another_stage_in() =>
        pipeline["DeployK8s"].Needs.ShouldBe(["Prepare"]);

    [Fact]
    public void What_ends_a_deployment_also_runs_after_a_failure() =>
        pipeline.Stages.Where(stage => stage.Always).Select(stage => stage.Name).ShouldBe(["Compensate", "Notify", "Report"]);

    int DepthOf(string name)
    {
        var waves = pipeline.Waves();
        return Enumerable.Range(0, waves.Length).First(index => waves[index].Any(stage => stage.Name == name));
    }
}
