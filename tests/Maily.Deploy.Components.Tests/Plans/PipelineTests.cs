using Maily.Deploy.Deployments.Pipelines;
using Nuke.Common.Execution;
using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Plans;

/// <summary>The targets are slices of the pipeline: the graph of one is the graph of the other.</summary>
public sealed class PipelineTests
{
    static readonly Pipeline Pipeline = StandardPipeline.Create();

    readonly IReadOnlyDictionary<string, ExecutableTarget> targets = MailyBuild.Targets();

    public static TheoryData<string> Stages => [.. Pipeline.Stages.Select(stage => stage.Name)];

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_stage_has_a_target_of_its_name_that_says_the_same(string stage) =>
        targets[stage].Description.ShouldBe(Pipeline[stage].Summary);

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_target_needs_what_its_stage_needs(string stage) =>
        Reach(stage, name => targets[name].ExecutionDependencies.Select(target => target.Name))
            .ShouldBe(Reach(stage, name => Pipeline[name].Needs));

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_target_comes_after_what_its_stage_comes_after(string stage) =>
        Reach(stage, name => targets[name].AllDependencies.Select(target => target.Name))
            .ShouldBe(Reach(stage, name => [.. Pipeline[name].Needs, .. Pipeline[name].After]));

    // By itself: in a run of a few targets nothing lies between.
    [Fact]
    public void Undoing_comes_after_each_stage_that_it_may_undo() =>
        targets["Compensate"].AllDependencies.Select(target => target.Name)
            .ShouldBe(Pipeline.Stages.Where(stage => !stage.Always && stage.Name != "Validate").Select(stage => stage.Name), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Stages))]
    public void What_always_runs_is_assured(string stage) =>
        targets[stage].AssuredAfterFailure.ShouldBe(Pipeline[stage].Always);

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_stage_is_left_out_by_its_own_flag_alone(string stage)
    {
        foreach (var part in Enum.GetValues<SkipGroup>())
            MailyBuild.Plan("DeployProduction", $"--skip-{part.ToString().ToLowerInvariant()}").Split(' ').Contains($"[{stage}]")
                .ShouldBe(Pipeline[stage].Skip == part, $"{stage} with {part}");
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void What_may_change_an_environment_is_never_continued_blindly(string stage)
    {
        if (Pipeline[stage] is { ChangesEnvironment: false, Kind: null })
            return;
        using var run = new RunningABuild();
        run.Start<Build>(build => ((IPlan)build).Plan, stage, "--continue").ShouldBe(3, run.Output);
        run.Output.ShouldContain("Use --resume");
    }

    [Fact]
    public void A_rollback_is_never_continued_blindly()
    {
        using var run = new RunningABuild();
        run.Start<Build>(build => ((IPlan)build).Plan, "Rollback", "--continue").ShouldBe(3, run.Output);
    }

    static IReadOnlyCollection<string> Reach(string from, Func<string, IEnumerable<string>> next)
    {
        var reached = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(next(from));
        while (open.TryDequeue(out var name))
            if (reached.Add(name))
                foreach (var further in next(name))
                    open.Enqueue(further);
        return reached;
    }
}
