using System.Collections.Immutable;
using Maily.Deploy.Sandbox.Drills;

namespace Maily.Deploy.Rehearsals.Drills;

public sealed class FaultMatrixTests
{
    static readonly ImmutableArray<Fault> All = FaultMatrix.Of(
    [
        new(new("PushImages", "api-gateway"), "engine", 4, IsUndone: false),
        new(new("DeployVercel", "promotion"), "vercel", 9, IsUndone: true),
        new(new("SmokeTest", "health"), "frontend", 0, IsUndone: false),
    ]);

    [Fact]
    public void Every_kind_strikes_every_step_at_some_moment() =>
        All.GroupBy(fault => fault.Step).ShouldAllBe(step => step.Select(fault => fault.Kind).Distinct().Count() >= 7);

    [Fact]
    public void Only_what_has_a_way_back_is_struck_while_it_is_undone() =>
        All.Where(fault => fault.Moment == FaultMoment.DuringCompensate).Select(fault => fault.Step.Stage).Distinct().ShouldBe(["DeployVercel"]);

    [Fact]
    public void A_step_that_sends_nothing_is_not_struck_on_its_way() =>
        All.ShouldNotContain(fault => fault.Step.Stage == "SmokeTest" && fault.Moment == FaultMoment.DuringApply);

    [Fact]
    public void Only_what_is_killed_is_brought_to_its_end_from_elsewhere_and_in_both_ways()
    {
        All.Where(fault => fault.Kind != FaultKind.Killed).ShouldAllBe(fault => fault.Recovery == Recovery.None);
        All.Where(fault => fault is { Kind: FaultKind.Killed, Moment: FaultMoment.DuringApply }).Select(fault => fault.Recovery).Distinct()
            .ShouldBe([Recovery.Rollback, Recovery.Resume], ignoreOrder: true);
    }

    [Fact]
    public void A_sample_is_the_same_for_the_same_seed_and_another_for_another()
    {
        var sample = FaultMatrix.Sample(All, 10, seed: 7);
        sample.Length.ShouldBe(10);
        FaultMatrix.Sample(All, 10, seed: 7).ShouldBe(sample);
        FaultMatrix.Sample(All, 10, seed: 8).ShouldNotBe(sample);
        FaultMatrix.Sample(All, 10_000, seed: 7).ShouldBe(All);
    }

    [Fact]
    public void Shards_share_all_faults_among_them() =>
        Enumerable.Range(1, 3).SelectMany(shard => FaultMatrix.Shard(All, shard, 3)).ShouldBe(All, ignoreOrder: true);

    [Fact]
    public void A_step_is_struck_at_one_of_its_pieces() =>
        Enumerable.Range(0, 200).Select(seed => FaultMatrix.PieceOf(All[0], 4, seed)).Distinct().Order().ShouldBe([1, 2, 3, 4]);

    [Fact]
    public void Instants_lie_within_the_deployment_and_are_named_by_their_time()
    {
        var instants = FaultMatrix.Instants(20, TimeSpan.FromSeconds(3), seed: 1);
        instants.Select(fault => FaultMatrix.InstantOf(fault)!.Value).ShouldAllBe(instant => instant >= TimeSpan.Zero && instant <= TimeSpan.FromSeconds(3));
        instants.Distinct().Count().ShouldBe(20);
        FaultMatrix.InstantOf(All[0]).ShouldBeNull();
    }

    [Fact]
    public void A_name_that_is_none_is_refused_with_the_valid_ones()
    {
        Should.Throw<UnknownFaultException>(() => FaultMatrix.KindsOf(["Kiled"])).Message.ShouldContain("Killed");
        Should.Throw<UnknownFaultException>(() => FaultMatrix.KindsOf(["5"])).Message.ShouldContain("'5'");
        Should.Throw<UnknownFaultException>(() => FaultMatrix.Select(All, ["Migrat"], [])).Message.ShouldContain("DeployVercel/promotion");
        Should.Throw<UnknownFaultException>(() => new DrillSelection().WithShard("5/4")).Kind.ShouldBe(FailureKind.Refused);
        FaultMatrix.Select(All, ["promotion"], FaultMatrix.KindsOf(["killed"])).ShouldAllBe(fault => fault.Step.Name == "promotion" && fault.Kind == FaultKind.Killed);
    }

    [Fact]
    public void Kinds_are_listed_with_commas_or_without() =>
        FaultMatrix.Select(All, [], FaultMatrix.KindsOf(["Error,TimeOut", "interrupted"])).Select(fault => fault.Kind).Distinct().ShouldBe([FaultKind.Error, FaultKind.TimeOut, FaultKind.Interrupted], ignoreOrder: true);
}
