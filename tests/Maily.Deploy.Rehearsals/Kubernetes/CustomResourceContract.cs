using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Kinds that a definition in the cluster declares.</summary>
public abstract class CustomResourceContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    string Group => $"{Namespace}.maily.test";

    string Widgets => $"/apis/{Group}/v1/namespaces/{Namespace}/widgets";

    [Fact]
    public async Task A_declared_kind_is_served_validated_and_applied()
    {
        await Declare();
        (await Api.Post(Widgets, Widget("incomplete", "{}"))).Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(["spec.size"]);
        (await Api.Post(Widgets, Widget("one", """{"size":1,"unknown":2}"""))).Is(HttpStatusCode.Created).Body["spec"]!.ToJsonString().ShouldBe("""{"size":1}""");
        (await Api.Patch($"{Widgets}/one", ClusterApi.Strategic, """{"spec":{"size":2}}""")).Is(HttpStatusCode.UnsupportedMediaType);

        var patched = await Api.Patch($"{Widgets}/one", ClusterApi.Merge, """{"spec":{"size":2}}""");

        ((int)patched.Body["spec"]!["size"]!, (int)patched.Body["metadata"]!["generation"]!).ShouldBe((2, 2));
        (await Api.Get("/apis")).Body["groups"]!.AsArray().Select(group => (string)group!["name"]!).ShouldContain(Group);
        await Api.Delete($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{Group}");
    }

    [Fact]
    public async Task Lists_of_a_declared_kind_merge_by_their_keys()
    {
        await Declare();
        await Api.ApplyAs("a", $"{Widgets}/one", Widget("one", """{"size":1,"parts":[{"name":"x","count":1}]}"""));
        await Api.ApplyAs("b", $"{Widgets}/one", Widget("one", """{"size":1,"parts":[{"name":"y","count":1}]}"""));

        var refused = await Api.ApplyAs("b", $"{Widgets}/one", Widget("one", """{"size":1,"parts":[{"name":"x","count":2}]}"""));

        (await Api.Get($"{Widgets}/one")).Body["spec"]!["parts"]!.AsArray().Count.ShouldBe(2);
        refused.Is(HttpStatusCode.Conflict).Fields.ShouldBe([".spec.parts[name=\"x\"].count"]);
        await Api.Delete($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{Group}");
    }

    async Task Declare()
    {
        (await Api.Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.{{Group}}"},
            "spec":{"group":"{{Group}}","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
            "type":"object","required":["size"],"properties":{"size":{"type":"integer"},"parts":{"type":"array","x-kubernetes-list-type":"map",
            "x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},
            "count":{"type":"integer"} } } } } } } } } }]} }
            """)).Is(HttpStatusCode.Created);
        await Api.Until(Widgets, answer => answer.Status == HttpStatusCode.OK);
    }

    string Widget(string name, string spec) => $$"""{"apiVersion":"{{Group}}/v1","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{{spec}}}""";
}
