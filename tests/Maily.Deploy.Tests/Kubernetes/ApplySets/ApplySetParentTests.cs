using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.ApplySets;

namespace Maily.Deploy.Tests.Kubernetes.ApplySets;

public sealed class ApplySetParentTests
{
    // echo -n my-set.shop.Secret. | openssl dgst -sha256 -binary | basenc --base64url | tr -d =
    [Fact]
    public void The_id_is_that_of_KEP_3659() =>
        new ApplySetParent("my-set", "shop").Id.ShouldBe("applyset-XRRA0uiRo7TnOJZqTQ3wnrSNMOAEYX32wS75feSFUxI-v1");

    [Fact]
    public void Members_bear_the_id_and_keep_their_labels()
    {
        var member = new ApplySetParent("my-set", "shop").Enrol(new((JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b"}}}""")!));

        member.Label("applyset.kubernetes.io/part-of").ShouldBe(new ApplySetParent("my-set", "shop").Id);
        member.Label("a").ShouldBe("b");
    }

    [Fact]
    public void The_books_name_kinds_with_their_groups_and_the_namespaces_besides_the_parents_own()
    {
        var content = ApplySetContent.Of([new("v1", "ConfigMap", "shop", "a"), new("apps/v1", "Deployment", "other", "b"), new("rbac.authorization.k8s.io/v1", "ClusterRole", null, "c")]);

        var parent = new ApplySetParent("my-set", "shop").ToObject(content, "20260101T000000Z-abcdef0-aaaa");

        parent.Annotation("applyset.kubernetes.io/contains-group-kinds").ShouldBe("ClusterRole.rbac.authorization.k8s.io,ConfigMap,Deployment.apps");
        parent.Annotation("applyset.kubernetes.io/additional-namespaces").ShouldBe("other");
        parent.Annotation("applyset.kubernetes.io/tooling").ShouldNotBeNull().ShouldStartWith("maily-deploy/v");
        ApplySetContent.Read(parent).ShouldBe(content);
    }

    [Fact]
    public void Wider_books_hold_both() => ApplySetContent.Of([new("v1", "ConfigMap", "a", "x")]).With(ApplySetContent.Of([new("v1", "Secret", "b", "y")]))
        .ShouldBe(ApplySetContent.Of([new("v1", "ConfigMap", "b", "x"), new("v1", "Secret", "a", "y")]));
}
