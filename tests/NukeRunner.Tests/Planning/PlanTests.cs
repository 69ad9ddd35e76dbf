using Nuke.Common;
using Serilog;

namespace NukeRunner.Tests.Planning;

public sealed class PlanTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Order_is_that_of_dependencies_and_before_and_after()
    {
        run.Start<OrderedBuild>(x => x.Last, "Last", "Early", "Late").ShouldBe(0);
        Ran().ShouldBe(["Early", "First", "Helper", "Last", "Late"]);
    }

    [Fact]
    public void Order_alone_schedules_nothing()
    {
        run.Start<OrderedBuild>(x => x.Last, "Early").ShouldBe(0);
        Ran().ShouldBe(["Early"]);
    }

    [Fact]
    public void A_trigger_schedules_its_target_behind()
    {
        run.Start<OrderedBuild>(x => x.Last, "Starter").ShouldBe(0);
        Ran().ShouldBe(["Starter", "Triggered", "TriggeredToo"]);
    }

    [Fact]
    public void A_cycle_is_printed()
    {
        run.Start<CyclicBuild>(x => x.A).ShouldBe(255);
        run.Output.ShouldContain("Circular dependencies between targets:\n  - A -> B -> C -> A\n");
    }

    [Fact]
    public void A_skipped_target_may_keep_its_dependencies()
    {
        run.Start<OrderedBuild>(x => x.Last, "Keeping", "--skip", "Keeping").ShouldBe(0);
        Ran().ShouldBe(["First", "Keeping"]);
        run.Start<OrderedBuild>(x => x.Keeping, "--skip", "Keeping").ShouldBe(0);
        Ran().ShouldBe(["First", "Keeping", "First"]);
    }

    [Fact]
    public void A_component_s_only_target_needs_no_name_and_absent_ones_do_not_matter()
    {
        run.Start<ComposedBuild>(x => x.All).ShouldBe(0);
        Ran().ShouldBe(["Fetch", "Extended", "All"]);
        run.Output.ShouldContain("fetched\n");
    }

    [Fact]
    public void A_class_replaces_a_component_s_target_and_may_take_it_over()
    {
        run.Start<ComposedBuild>(x => x.All, "Extended").ShouldBe(0);
        run.Output.ShouldContain("by default");
        run.Output.ShouldContain("and more");
    }

    [Fact]
    public void A_derived_build_takes_over_the_base_target()
    {
        run.Start<DerivedBuild>(x => x.Compile).ShouldBe(0);
        run.Output.ShouldContain("base compiles");
        run.Output.ShouldContain("derived compiles");
    }

    [Fact]
    public void A_mistyped_skip_is_refused()
    {
        run.Start<OrderedBuild>(x => x.Last, "--skip", "Frist").ShouldBe(255);
        run.Output.ShouldContain("--skip: target with name 'Frist' does not exist. Did you mean First?");
        Ran().ShouldBeEmpty();
    }

    [Fact]
    public void Plan_shows_the_order_and_runs_nothing()
    {
        run.Start<OrderedBuild>(x => x.Last, "--plan").ShouldBe(0);
        run.Output.ShouldContain("   1. First\n   2. Helper <- First\n   3. Last <- Helper\n");
        File.ReadAllText(Path.Combine(run.Root, ".nuke/temp/execution-plan.html")).ShouldContain("<td>Helper</td>");
        Ran().ShouldBeEmpty();
    }

    [Fact]
    public void Plan_with_a_file_is_the_parameter_of_a_build_that_takes_one()
    {
        run.Start<PlannedBuild>(x => x.Last, "--plan", "a.json").ShouldBe(0);
        run.Output.ShouldContain("plan=a.json");
        run.Start<PlannedBuild>(x => x.Last, "--plan", "true").ShouldBe(0);
        run.Output.ShouldContain("   1. Last\n");
    }

    class PlannedBuild : NukeBuild
    {
        [Parameter("A plan to carry out")] readonly string? PlanFile;

        public Target Last => _ => _.Executes(() => Serilog.Log.Information("plan={File:l}", PlanFile ?? "none"));
    }

    [Fact]
    public void Continue_is_refused_for_targets_that_change_an_environment()
    {
        run.Start<ChangingBuild>(x => x.All, "--continue").ShouldBe(255);
        run.Output.ShouldContain("Use --resume");
        run.Output.ShouldContain("(Deploy)");
        Ran().ShouldBeEmpty();
    }

    string[] Ran() => [.. run.Output.Split('\n').Where(x => x.StartsWith("║ ", StringComparison.Ordinal)).Select(x => x[2..])];

    class OrderedBuild : NukeBuild
    {
        Target First => _ => _.Executes(() => { });
        Target Helper => _ => _.DependsOn(First).DependentFor(Last).Executes(() => { });
        public Target Last => _ => _.Executes(() => { });
        Target Early => _ => _.Before(First).Executes(() => { });
        Target Late => _ => _.After(Last).Executes(() => { });
        Target Starter => _ => _.Triggers(Triggered).Executes(() => { });
        Target Triggered => _ => _.Executes(() => { });
        Target TriggeredToo => _ => _.TriggeredBy(Triggered).Executes(() => { });
        public Target Keeping => _ => _.DependsOn(First).WhenSkipped(DependencyBehavior.Execute).Executes(() => { });
    }

    class CyclicBuild : NukeBuild
    {
        public Target A => _ => _.DependsOn(B);
        Target B => _ => _.DependsOn(C);
        Target C => _ => _.After(A);
    }

    interface IFetch : INukeBuild
    {
        Target Fetch => _ => _.Executes(() => Log.Information("fetched"));
    }

    interface IExtended : INukeBuild
    {
        Target Extended => _ => _.Executes(() => Log.Information("by default"));
    }

    interface IMissing : INukeBuild
    {
        Target Missing => _ => _;
    }

    class ComposedBuild : NukeBuild, IFetch, IExtended
    {
        public Target Extended => _ => _.Inherit<IExtended>(x => x.Extended).TryAfter<IFetch>(x => x.Fetch)
            .Executes(() => Log.Information("and more"));
        public Target All => _ => _.DependsOn<IFetch>().DependsOn(Extended).TryDependsOn<IMissing>().Executes(() => { });
    }

    class BaseBuild : NukeBuild
    {
        public virtual Target Compile => _ => _.Executes(() => Log.Information("base compiles"));
    }

    class DerivedBuild : BaseBuild
    {
        public override Target Compile => _ => _.Base().Executes(() => Log.Information("derived compiles"));
    }

    interface IChange : INukeBuild
    {
        [ChangesEnvironment] Target Deploy => _ => _.Executes(() => { });
    }

    class ChangingBuild : NukeBuild, IChange
    {
        public Target All => _ => _.DependsOn<IChange>(x => x.Deploy).Executes(() => { });
    }
}
