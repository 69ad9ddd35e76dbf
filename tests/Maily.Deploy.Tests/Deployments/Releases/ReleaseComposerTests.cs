using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
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
    public void The_promoted_frontend_is_live() =>
        Compose(null, ("DeployVercel/web", StepOutputs.Of(("deploymentId", "dpl_new"))))!.VercelDeployment.ShouldBe("dpl_new");

    [Fact]
    public void A_run_that_made_nothing_live_makes_no_release() =>
        Compose(null, ("PushImages/api", StepOutputs.Of(("digest", "sha256:1")))).ShouldBeNull();

    static ReleaseRecord? Compose(ReleaseRecord? live, params (string Step, StepOutputs Outputs)[] outputs) => ReleaseComposer.Compose(new DeploymentContext
    {
        Id = Id, Environment = "production", Commit = "new", Folder = "", Log = NullLogger.Instance, Time = TimeProvider.System, Live = live,
        Outputs = outputs.ToImmutableDictionary(step => StepId.Parse(step.Step), step => step.Outputs),
    }, default);
}
