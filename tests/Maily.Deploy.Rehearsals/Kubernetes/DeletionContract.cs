using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Deleting, and what goes with it.</summary>
public abstract class DeletionContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_deleted_object_is_gone()
    {
        await Config("one");

        var deleted = (await Api.Delete($"{ConfigMaps}/one")).Is(HttpStatusCode.OK);

        ((string)deleted.Body["kind"]!, (string)deleted.Body["status"]!).ShouldBe(("Status", "Success"));
        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_object_of_the_name_is_not_deleted()
    {
        await Config("one");

        (await Api.Delete($"{ConfigMaps}/one", """{"preconditions":{"uid":"00000000-0000-0000-0000-000000000000"}}"""))
            .Is(HttpStatusCode.Conflict).Message.ShouldContain("00000000-0000-0000-0000-000000000000");
        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_version_than_the_seen_one_is_not_deleted()
    {
        var seen = await Config("one");
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"a":"2"}}""");

        (await Api.Delete($"{ConfigMaps}/one", $$$"""{"preconditions":{"resourceVersion":"{{{seen.Version}}}"}}""")).Is(HttpStatusCode.Conflict);
        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_dry_run_deletes_nothing()
    {
        await Config("one");

        (await Api.Delete($"{ConfigMaps}/one?dryRun=All")).Is(HttpStatusCode.OK);
        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_finalizer_holds_its_object()
    {
        await Config("one", meta: ""","finalizers":["maily.test/hold"]""");

        (await Api.Delete($"{ConfigMaps}/one")).Is(HttpStatusCode.OK);
        (await Api.Get($"{ConfigMaps}/one")).Body["metadata"]!["deletionTimestamp"].ShouldNotBeNull();
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"metadata":{"finalizers":null}}""");

        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Many_are_deleted_by_label()
    {
        await Config("a", meta: ""","labels":{"old":"yes"}""");
        await Config("b", meta: ""","labels":{"old":"yes"}""");
        await Config("c");

        (await Api.Delete($"{ConfigMaps}?labelSelector=old")).Is(HttpStatusCode.OK);

        Names(await Api.Get(ConfigMaps)).Except(["kube-root-ca.crt"]).ShouldBe(["c"]);
    }

    [Fact]
    public async Task What_an_object_owns_goes_with_it()
    {
        var owner = await Config("owner");
        await Owned("owned", owner);

        await Api.Delete($"{ConfigMaps}/owner", """{"propagationPolicy":"Background"}""");

        await Api.Until($"{ConfigMaps}/owned", answer => answer.Status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task In_the_foreground_the_owner_goes_last()
    {
        var owner = await Config("owner");
        await Owned("owned", owner, ""","finalizers":["maily.test/hold"]""");

        await Api.Delete($"{ConfigMaps}/owner", """{"propagationPolicy":"Foreground"}""");
        await Api.Until($"{ConfigMaps}/owned", answer => answer.Body["metadata"]!["deletionTimestamp"] is not null);
        (await Api.Get($"{ConfigMaps}/owner")).Is(HttpStatusCode.OK).Body["metadata"]!["finalizers"]!.ToJsonString().ShouldBe("""["foregroundDeletion"]""");
        await Api.Patch($"{ConfigMaps}/owned", ClusterApi.Merge, """{"metadata":{"finalizers":null}}""");

        await Api.Until($"{ConfigMaps}/owner", answer => answer.Status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Orphans_stay()
    {
        var owner = await Config("owner");
        await Owned("owned", owner);

        await Api.Delete($"{ConfigMaps}/owner", """{"propagationPolicy":"Orphan"}""");
        await Api.Until($"{ConfigMaps}/owner", answer => answer.Status == HttpStatusCode.NotFound);

        var orphan = (await Api.Get($"{ConfigMaps}/owned")).Is(HttpStatusCode.OK);
        (orphan.Body["metadata"]!["ownerReferences"]?.AsArray().Count ?? 0).ShouldBe(0);
    }

    [Fact]
    public async Task A_namespace_takes_its_content_along()
    {
        await Config("held", meta: ""","finalizers":["maily.test/hold"]""");
        await Config("free");

        (await Api.Delete($"/api/v1/namespaces/{Namespace}")).Is(HttpStatusCode.OK);
        var terminating = await Api.Get($"/api/v1/namespaces/{Namespace}");
        var refused = await Config("late");
        await Api.Until($"{ConfigMaps}/free", answer => answer.Status == HttpStatusCode.NotFound);
        await Api.Patch($"{ConfigMaps}/held", ClusterApi.Merge, """{"metadata":{"finalizers":null}}""");

        ((string)terminating.Body["status"]!["phase"]!).ShouldBe("Terminating");
        refused.Is(HttpStatusCode.Forbidden).Message.ShouldContain("because it is being terminated");
        await Api.Until($"/api/v1/namespaces/{Namespace}", answer => answer.Status == HttpStatusCode.NotFound);
    }

    async Task Owned(string name, ApiAnswer owner, string meta = "")
    {
        var reference = $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{owner.Uid}}","blockOwnerDeletion":true}""";
        (await Config(name, meta: $",\"ownerReferences\":[{reference}]{meta}")).Is(HttpStatusCode.Created);
    }
}
