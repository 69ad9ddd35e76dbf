using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Tests.Kubernetes.ApplySets;

public sealed class PruneStateTests
{
    static readonly ApplySetParent Parent = new("set", "maily");

    static readonly KubernetesObject Wanted = Member("ConfigMap", "maily");

    static readonly KubernetesObject Other = Member("Service", "other");

    [Fact]
    public void Exact_books_are_done()
    {
        var state = State(Booked(Wanted));
        state.IsDone.ShouldBeTrue();
        state.Fault.ShouldBeNull();
    }

    // Whoever removes a kept member while we look leaves them so.
    [Fact]
    public void Books_that_are_too_wide_are_narrowed_but_no_fault()
    {
        var state = State(Booked(Wanted, Other));
        state.IsDone.ShouldBeFalse();
        state.Fault.ShouldBeNull();
    }

    [Fact]
    public void Books_in_which_a_kept_member_would_not_be_found_are_a_fault() =>
        State(Booked(Wanted), new PrunedMember(Other, "kept: it holds data")).Fault.ShouldBe("the books lack Service, other");

    [Fact]
    public void A_member_that_is_still_there_is_a_fault() => State(Booked(Wanted, Other), new PrunedMember(Other, null)).Fault.ShouldBe("Service other/x");

    [Fact]
    public void A_set_without_a_parent_is_a_fault() => State(null).Fault.ShouldBe("the set has no parent");

    static PruneState State(KubernetesObject? parent, params PrunedMember[] members) => new(new RegionManifests([Wanted], Parent, Names: null), parent, [.. members]);

    static KubernetesObject Booked(params KubernetesObject[] members) => Parent.ToObject(ApplySetContent.Of(members.Select(member => member.Key)), deployment: null);

    static KubernetesObject Member(string kind, string space) =>
        new((JsonObject)JsonNode.Parse($$"""{"apiVersion":"v1","kind":"{{kind}}","metadata":{"name":"x","namespace":"{{space}}"} }""")!);
}
