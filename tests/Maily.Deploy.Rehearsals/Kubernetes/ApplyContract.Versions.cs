using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>An apply may name the version of the object that it means.</summary>
public abstract partial class ApplyContract
{
    [Fact]
    public async Task An_apply_that_names_a_version_is_refused_once_another_writer_was_there()
    {
        var seen = (await ApplyConfig("a", """{"x":"1"}""")).Version;
        var present = (await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"y":"1"}}""")).Version;

        var refused = (await ApplyVersion(seen, "2")).Is(HttpStatusCode.Conflict);

        refused.Reason.ShouldBe("Conflict");
        refused.Message.ShouldContain("the object has been modified");
        refused.Body["details"]!["causes"].ShouldBeNull();
        (await Api.Get($"{ConfigMaps}/one")).Body["data"]!.ToJsonString().ShouldBe("""{"x":"1","y":"1"}""");
        (await ApplyVersion(present, "2")).Is(HttpStatusCode.OK).Body["data"]!.ToJsonString().ShouldBe("""{"x":"2","y":"1"}""");
    }

    [Fact]
    public async Task A_foreign_field_is_the_first_reason_against_an_apply_of_an_older_version()
    {
        var seen = (await ApplyConfig("b", """{"x":"1"}""")).Version;
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"y":"1"}}""");

        (await ApplyVersion(seen, "2")).Is(HttpStatusCode.Conflict).Fields.ShouldBe([".data.x"]);
    }

    [Fact]
    public async Task Only_an_apply_that_names_the_uid_makes_nothing_where_the_object_is_gone()
    {
        var seen = await ApplyConfig("a", """{"x":"1"}""");
        await Api.Delete($"{ConfigMaps}/one");

        var refused = (await ApplyVersion(seen.Version, "2", $",\"uid\":\"{seen.Uid}\"")).Is(HttpStatusCode.Conflict);
        refused.Reason.ShouldBe("Conflict");
        refused.Message.ShouldContain("no existing object was found");
        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.NotFound);

        var made = (await ApplyVersion(seen.Version, "2")).Is(HttpStatusCode.Created);
        (await ApplyVersion(seen.Version, "3", $",\"uid\":\"{seen.Uid}\"")).Is(HttpStatusCode.Conflict);
        (await ApplyVersion(made.Version, "3", $",\"uid\":\"{seen.Uid}\"")).Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldContain("metadata.uid");
        (await ApplyVersion(made.Version, "3", $",\"uid\":\"{made.Uid}\"")).Is(HttpStatusCode.OK);
    }

    Task<ApiAnswer> ApplyVersion(string version, string x, string uid = "") => Api.ApplyAs(
        "a", $"{ConfigMaps}/one", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","resourceVersion":"{{version}}"{{uid}}},"data":{"x":"{{x}}"} }""");
}
