namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Watching changes.</summary>
public abstract class WatchContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_watch_sees_all_changes_since_a_version_in_their_order()
    {
        var since = (await Config("first")).Version;
        await Config("one");
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"a":"2"}}""");
        await Api.Delete($"{ConfigMaps}/one");

        var seen = await Api.Watch($"{ConfigMaps}?watch=true&resourceVersion={since}&fieldSelector=metadata.name%3Done&timeoutSeconds=20", 3);

        seen.Select(change => (string)change["type"]!).ShouldBe(["ADDED", "MODIFIED", "DELETED"]);
        ((string)seen[1]["object"]!["data"]!["a"]!).ShouldBe("2");
        seen.Select(change => long.Parse((string)change["object"]!["metadata"]!["resourceVersion"]!)).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_is_there()
    {
        await Config("one", meta: ""","labels":{"w":"1"}""");

        var seen = await Api.Watch($"{ConfigMaps}?watch=true&labelSelector=w&timeoutSeconds=20", 1);

        ((string)seen[0]["type"]!, (string)seen[0]["object"]!["metadata"]!["name"]!).ShouldBe(("ADDED", "one"));
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_is_gone_to_the_watcher()
    {
        var since = (await Config("one", meta: ""","labels":{"w":"1"}""")).Version;
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"metadata":{"labels":{"w":null}}}""");
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"metadata":{"labels":{"w":"2"}}}""");

        var seen = await Api.Watch($"{ConfigMaps}?watch=true&resourceVersion={since}&labelSelector=w&timeoutSeconds=20", 2);

        seen.Select(change => (string)change["type"]!).ShouldBe(["DELETED", "ADDED"]);
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_over()
    {
        var since = (await Config("one")).Version;

        (await Api.Watch($"{ConfigMaps}?watch=true&resourceVersion={since}&fieldSelector=metadata.name%3Dnone&timeoutSeconds=1", 1)).ShouldBeEmpty();
    }
}
