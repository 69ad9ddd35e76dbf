using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Deployments.Releases;

public sealed class ReleaseComposerTests
{
    static readonly DeploymentId Id = DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2");

    [Fact]
    public void A_part_that_was_left_out_keeps_what_was_live()
    {
        var live = new ReleaseRecord
        {
            Deployment = Id, Environment = "production", Commit = "old", At = default, VercelDeployment = "dpl_old", Migrations = ["1"],
            Images = ImmutableSortedDictionary<string, string>.Empty.Add("web", "registry/web@sha256:old").Add("api", "registry/api@sha256:old"),
        };

        var release = Compose(live,
            ("DeployK8s/eu", StepOutputs.Of(("images", "api=registry/api@sha256:new"), ("manifests", "hash"))), ("Migrate/2", StepOutputs.Of(("version", "2"))))!;

        release.Images.ShouldBe([new("api", "registry/api@sha256:new"), new("web", "registry/web@sha256:old")]);
        release.Manifests["eu"].ShouldBe("hash");
        release.Migrations.ShouldBe(["1", "2"]);
        release.VercelDeployment.ShouldBe("dpl_old");
        release.Commit.ShouldBe("new");
    }

    [Fact]
    public void What_no_commit_has_stands_in_the_record_for_as_long_as_that_image_is_live()
    {
        var dirty = Compose(null, ("PushImages/api", StepOutputs.Of(("uncommitted", "app/start"))), ("PushImages/web", StepOutputs.None), ("DeployK8s/eu", StepOutputs.Of(("images", "api=r/api@sha256:1 web=r/web@sha256:1"))))!;
        dirty.Uncommitted.ShouldBe([new("api", "app/start")]);

        Compose(dirty, ("DeployVercel/web", StepOutputs.Of(("deploymentId", "dpl"))))!.Uncommitted.ShouldBe([new("api", "app/start")]);
        Compose(dirty, ("PushImages/api", StepOutputs.None), ("DeployK8s/eu", StepOutputs.Of(("images", "api=r/api@sha256:2"))))!.Uncommitted.ShouldBeEmpty();
    }

    [Fact]
    public void A_region_has_a_set_of_its_own_for_the_ai_services()
    {
        var release = Compose(null, ("DeployK8s/eu", StepOutputs.Of(("images", "api=registry/api@sha256:1"), ("manifests", "base"))),
            ("DeployAiServices/eu", StepOutputs.Of(("images", "octotools=registry/octotools@sha256:2"), ("manifests", "ai"))))!;

        release.Manifests.ShouldBe([new("eu", "base"), new("eu/ai-services", "ai")]);
        release.Images.Keys.ShouldBe(["api", "octotools"]);
    }

    [Fact]
    public void The_promoted_frontend_is_live() =>
        Compose(null, ("DeployVercel/web", StepOutputs.Of(("deploymentId", "dpl_new"))))!.VercelDeployment.ShouldBe("dpl_new");

    [Fact]
    public void A_run_that_made_nothing_live_makes_no_release() =>
        Compose(null, ("PushImages/api", StepOutputs.Of(("digest", "sha256:1")))).ShouldBeNull();

    [Fact]
    public void What_the_scans_found_stands_beside_the_images_and_what_is_left_out_keeps_its_own()
    {
        var scan = new ImageScan { Content = "c-1", Sbom = "sha256:1", Scanner = "trivy 0.66.0", Database = "2 of today", Findings = "critical 0, high 1", Ignored = "CVE-1", Policy = "p", At = DateTimeOffset.UnixEpoch };
        var live = new ReleaseRecord
        {
            Deployment = Id, Environment = "production", Commit = "old", At = default,
            Scans = ImmutableSortedDictionary<string, ImageScan>.Empty.Add("web", scan with { Content = "c-0" }).Add("api", scan with { Content = "c-0" }),
        };

        var release = Compose(live, ("ScanImages/api", scan.ToOutputs()), ("DeployK8s/eu", StepOutputs.Of(("images", "api=registry/api@sha256:new"))))!;

        release.Scans["api"].ShouldBe(scan);
        release.Scans["web"].Content.ShouldBe("c-0");
        JsonSerializer.Deserialize<ReleaseRecord>(JsonSerializer.Serialize(release, DeploymentJson.Line), DeploymentJson.Line)!.Scans["api"].ShouldBe(scan);
    }

    [Fact]
    public void A_record_of_before_there_were_scans_is_read() => JsonSerializer.Deserialize<ReleaseRecord>(
        $$"""{ "deployment": "{{Id}}", "environment": "production", "commit": "old", "at": "2026-11-23T19:53:01Z", "images": {} }""", DeploymentJson.Line)!.Scans.ShouldBeEmpty();

    static ReleaseRecord? Compose(ReleaseRecord? live, params (string Step, StepOutputs Outputs)[] outputs) => ReleaseComposer.Compose(new DeploymentContext
    {
        Id = Id, Environment = "production", Commit = "new", Folder = "", Log = NullLogger.Instance, Time = TimeProvider.System, Live = live,
        Outputs = outputs.ToImmutableDictionary(step => StepId.Parse(step.Step), step => step.Outputs),
    }, default);
}
