using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Tests.Deployments;

public sealed class RollbackDecisionTests
{
    [Fact]
    public void The_default_is_the_release_before_the_current_one() =>
        Decide(null, "C B A", null).ShouldBe("undo C, back to B");

    [Fact]
    public void A_named_release_undoes_all_after_it_newest_first() =>
        Decide(null, "C B A", "A").ShouldBe("undo C B, back to A");

    [Fact]
    public void The_first_release_is_not_taken_down_unless_somebody_says_so()
    {
        var refused = Should.Throw<NoReleaseBeforeException>(() => Decide(null, "A", null));

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain("--to nothing");
        Decide(null, "A", "nothing").ShouldBe("undo A, back to nothing");
        Decide(null, "B A", "nothing").ShouldBe("undo B A, back to nothing");
        Decide("C", "B A", "nothing").ShouldBe("undo C B A, back to nothing");
    }

    [Fact]
    public void A_release_that_was_recorded_twice_in_a_row_was_not_rolled_back_to() =>
        Decide(null, "B B A", null).ShouldBe("undo B, back to A");

    [Fact]
    public void What_was_rolled_back_already_stays_as_it_is() =>
        Decide(null, "A B A", null).ShouldBe("nothing to do");

    [Fact]
    public void A_named_release_can_be_gone_back_to_after_a_rollback() =>
        Decide(null, "B C B A", "A").ShouldBe("undo B, back to A");

    [Fact]
    public void A_release_that_was_undone_is_not_undone_again() =>
        Decide(null, "D B C B A", null).ShouldBe("undo D, back to B");

    [Fact]
    public void The_current_release_is_where_we_are() =>
        Decide(null, "B A", "B").ShouldBe("nothing to do");

    [Fact]
    public void An_unfinished_deployment_is_undone_first() =>
        Decide("C", "B A", null).ShouldBe("undo C, back to B");

    [Fact]
    public void What_a_machine_with_a_late_clock_deployed_is_undone_as_any_other() =>
        Decide(null, "A C B", null).ShouldBe("undo A, back to C");

    [Fact]
    public void An_unfinished_deployment_is_undone_before_the_others() =>
        Decide("C", "B A", "A").ShouldBe("undo C B, back to A");

    [Fact]
    public void An_unfinished_deployment_that_recorded_its_release_is_not_gone_back_to() =>
        Decide("B", "B A", null).ShouldBe("undo B, back to A");

    [Fact]
    public void An_unfinished_first_deployment_goes_back_to_nothing() =>
        Decide("A", "", null).ShouldBe("undo A, back to nothing");

    [Fact]
    public void Without_any_release_there_is_nothing_to_roll_back() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "", null)).Kind.ShouldBe(FailureKind.Refused);

    [Fact]
    public void An_unknown_release_is_refused_and_the_known_ones_are_named() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "B A", "Z")).Evidence.ShouldNotBeNull().ShouldContain(IdOf('B').Value);

    [Fact]
    public void A_release_that_was_undone_cannot_be_gone_to() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "A B A", "B"));

    static string Decide(string? unfinished, string newestFirst, string? to)
    {
        var releases = newestFirst.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new ReleaseRecord
        {
            Deployment = IdOf(name[0]), Environment = "production", Commit = "c", At = default,
        });
        var options = new RollbackOptions { To = to is null or RollbackOptions.Nothing ? null : IdOf(to[0]), ToNothing = to == RollbackOptions.Nothing };
        var plan = Rollback.Decide(unfinished is null ? null : IdOf(unfinished[0]), [.. releases], options);
        return plan is null ? "nothing to do" : $"undo {string.Join(' ', plan.Undo.Select(NameOf))}, back to {(plan.Target is { } target ? NameOf(target.Deployment) : "nothing")}";
    }

    static DeploymentId IdOf(char name) => DeploymentId.Parse($"20261123T1953{name - 'A':00}Z-dfce3c5-aaaa");

    static char NameOf(DeploymentId id) => (char)('A' + int.Parse(id.Value[13..15]));
}
