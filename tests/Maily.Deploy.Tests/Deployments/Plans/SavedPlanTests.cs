using System.Collections.Immutable;
using Maily.Deploy.Deployments.Plans;

namespace Maily.Deploy.Tests.Deployments.Plans;

public sealed class SavedPlanTests : IDisposable
{
    static readonly PlannedChange Api = new("Deployment maily/api", PlannedAction.Change)
    {
        Identity = "u1", Before = "b1", After = "a1", Fields = [new PlannedField(".spec.replicas", "2", "3")],
    };

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-plan-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string File => Path.Combine(folder.FullName, "plan.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_plan_is_read_as_it_was_written()
    {
        var plan = PlanOf([Api]);

        await plan.WriteAsync(File, Token);

        PlanGuard.Differences(await SavedPlan.ReadAsync(File, Token), plan, ["DeployK8s"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_that_somebody_edited_is_no_plan()
    {
        await PlanOf([Api]).WriteAsync(File, Token);
        await System.IO.File.WriteAllTextAsync(File, (await System.IO.File.ReadAllTextAsync(File, Token)).Replace("\"3\"", "\"9\"", StringComparison.Ordinal), Token);

        var refused = await Should.ThrowAsync<UnreadablePlanException>(SavedPlan.ReadAsync(File, Token));

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Evidence.ShouldNotBeNull().ShouldContain("its hash does not fit");
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"schema":"maily.dev/plan/v9","environment":"e","commit":"c","at":"2026-01-01T00:00:00Z","stages":[]}""")]
    [InlineData("{}")]
    public async Task What_is_no_plan_of_this_form_is_refused(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, Token);

        await Should.ThrowAsync<UnreadablePlanException>(SavedPlan.ReadAsync(File, Token));
    }

    [Fact]
    public void Each_thing_that_moved_is_named()
    {
        var now = PlanOf([Api with { Before = "b2" }, Api with { Subject = "Service maily/new" }]);

        PlanGuard.Differences(PlanOf([Api, Api with { Subject = "Service maily/old" }]), now, ["DeployK8s"]).ShouldBe(
        [
            "DeployK8s/eu: Deployment maily/api was changed meanwhile (change was planned, change would be now)",
            "DeployK8s/eu: Service maily/new is not in it", "DeployK8s/eu: Service maily/old is not looked at any more",
        ]);
    }

    [Fact]
    public void What_two_steps_would_make_the_second_one_need_not_make()
    {
        PlannedChange space = new("Namespace maily", PlannedAction.Create) { After = "n" }, own = new("Service maily/own", PlannedAction.Create) { After = "s" };
        var plan = PlanOf([space]);
        plan = plan with { Stages = plan.Stages.Add(new("DeployAiServices", null, [new("DeployAiServices/eu", "apply", [space, own])])) };

        PlanGuard.FindStep(plan, "DeployAiServices/eu", new([own]))!.Changes!.Value.ShouldBe([own]);
        PlanGuard.FindStep(plan, "DeployAiServices/eu", new([space, own]))!.Changes!.Value.ShouldBe([space, own]);
        PlanGuard.FindStep(plan, "DeployAiServices/eu", new([space]))!.Changes!.Value.ShouldBe([space, own]);
    }

    [Theory]
    [InlineData("u2", "b1", "a1", "is another one now")]
    [InlineData(null, null, "a1", "is gone")]
    [InlineData("u1", "b1", "a2", "is to be something else now")]
    public void How_it_moved_is_said(string? identity, string? before, string? after, string how) =>
        PlanGuard.Differences(PlanOf([Api]), PlanOf([Api with { Identity = identity, Before = before, After = after }]), ["DeployK8s"])
            .ShouldHaveSingleItem().ShouldBe($"DeployK8s/eu: Deployment maily/api {how}");

    [Fact]
    public void Another_commit_or_environment_is_another_plan() =>
        PlanGuard.Differences(PlanOf([Api]), PlanOf([Api]) with { Commit = new('b', 40), Environment = "staging" }, []).ShouldBe(["it is for production, not for staging", "it is of commit aaaaaaa, not of bbbbbbb"]);

    [Fact]
    public void A_stage_that_was_not_known_then_cannot_be_held_to_a_plan() =>
        PlanGuard.Differences(PlanOf(null, "no images yet"), PlanOf([Api]), ["DeployK8s"]).ShouldBe(["what DeployK8s does was not known when it was made (no images yet)"]);

    [Fact]
    public void A_stage_that_the_run_leaves_out_does_not_matter() =>
        PlanGuard.Differences(PlanOf([Api]), PlanOf([Api with { Before = "b2" }]), ["Migrate"]).ShouldBeEmpty();

    static SavedPlan PlanOf(ImmutableArray<PlannedChange>? changes, string? note = null) => new SavedPlan
    {
        Environment = "production", Commit = new('a', 40), At = DateTimeOffset.UnixEpoch,
        Stages = [new PlannedStage("DeployK8s", note, note is null ? [new PlannedStep("DeployK8s/eu", "apply", changes)] : [])],
    }.Sealed();
}
