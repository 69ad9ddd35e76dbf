using System.Text.Json.Nodes;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Tests.Kubernetes.Regions;

public sealed class RegionRestorePointTests
{
    [Fact]
    public void What_was_captured_comes_out_of_the_journal_again()
    {
        var present = new CapturedObject(new("v1", "ConfigMap", "maily", "a"), (JsonObject)JsonNode.Parse("""{"data":{"k":"v"}}""")!);
        var absent = new CapturedObject(new("apps/v1", "Deployment", "maily", "b"), null);

        var read = RestorePoint.Of(RegionRestorePoint.Of("eu-west-1", [present, absent])).Read<RegionRestorePoint>();

        read.Region.ShouldBe("eu-west-1");
        read.Unpack().Select(item => item.Key).ShouldBe([present.Key, absent.Key]);
        read.Unpack()[0].Manifest!.ToJsonString().ShouldBe(present.Manifest!.ToJsonString());
        read.Unpack()[1].Manifest.ShouldBeNull();
    }
}
