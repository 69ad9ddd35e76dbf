using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Tests.Kubernetes.Releases;

public sealed class ReleasePartsTests
{
    static readonly ClusterRelease Release = new()
    {
        Deployment = DeploymentId.Parse("20261126T100000Z-dfce3c5-k7m2"), Environment = "production", Commit = new string('a', 40), At = DateTimeOffset.UnixEpoch,
        Stage = "DeployK8s", Region = "eu-west-1", Manifests = new string('b', 64),
        Objects = [(JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"b <&> c"}}""")!],
    };

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(100, 3)]
    public void A_release_comes_back_whole_out_of_as_many_parts_as_it_takes(int limit, int atLeast)
    {
        var parts = ReleaseParts.Write(Release, "maily", limit);

        parts.Length.ShouldBeGreaterThanOrEqualTo(atLeast);
        var read = ReleaseParts.Read(parts.OrderBy(part => part.Key.Name.GetHashCode(StringComparison.Ordinal))).ShouldNotBeNull();
        (read with { Objects = [] }).ToString().ShouldBe((Release with { Objects = [] }).ToString());
        read.ToObjects().Single().ToString().ShouldBe(Release.ToObjects().Single().ToString());
    }

    [Fact]
    public void The_part_that_makes_it_whole_is_written_last() => ReleaseParts.Write(Release, "maily", 100)[^1].Key.Name.ShouldEndWith(".0");

    [Fact]
    public void A_release_of_which_a_part_is_missing_is_none()
    {
        var parts = ReleaseParts.Write(Release, "maily", 100);

        ReleaseParts.Read(parts.Skip(1)).ShouldBeNull();
        ReleaseParts.Read(parts.SkipLast(1)).ShouldBeNull();
        ReleaseParts.Read([]).ShouldBeNull();
    }

    [Fact]
    public void A_newer_form_is_refused() =>
        Should.Throw<UnreadableReleaseException>(() => ReleaseParts.Read(ReleaseParts.Write(Release with { Version = 2 }, "maily"))).Evidence.ShouldNotBeNull().ShouldContain("version 2");

    [Fact]
    public void What_is_no_release_is_refused()
    {
        var part = ReleaseParts.Write(Release, "maily").Single().ToJson();
        part["data"]!["release"] = Convert.ToBase64String([1, 2, 3]);

        Should.Throw<UnreadableReleaseException>(() => ReleaseParts.Read([new KubernetesObject(part)]));
    }

    [Fact]
    public void The_last_ten_stay_and_what_something_goes_back_to()
    {
        var all = Enumerable.Range(10, 13).Select(hour => DeploymentId.Parse($"20261126T{hour}0000Z-dfce3c5-k7m2")).ToList();

        ReleaseArchive.Expired([.. all, .. all], new HashSet<DeploymentId> { all[1] }).ShouldBe([all[2], all[0]]);
    }
}
