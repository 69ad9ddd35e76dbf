using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Images.Scanning;

public sealed class ScanGateTests
{
    static readonly DeploymentId Id = DeploymentId.Parse("20261123T195301Z-dfce3c5-k7m2");
    static readonly KeyValuePair<string, string>[] Wanted = [new("api", "registry/api@sha256:new")];
    static readonly ScanGate Strict = new(new(), Requires: true, ScanConsent.None);

    [Fact]
    public void An_image_that_another_environment_pushed_is_not_deployed_unscanned() =>
        Should.Throw<UnscannedException>(() => Strict.Admit(Context(), Wanted)).Fact.ShouldStartWith("Nothing has scanned api, ");

    [Fact]
    public void What_this_run_has_scanned_and_what_is_live_is_deployed()
    {
        Strict.Admit(Context() with { Outputs = ImmutableDictionary<StepId, StepOutputs>.Empty.Add(new("ScanImages", "api"), StepOutputs.None) }, Wanted);
        Strict.Admit(Context() with { Live = new ReleaseRecord { Deployment = Id, Environment = "production", Commit = "0", At = default, Images = Wanted.ToImmutableSortedDictionary() } }, Wanted);
    }

    [Fact]
    public void Consent_or_an_environment_that_asks_for_no_scans_lets_all_through()
    {
        (Strict with { Consent = new() { Unscanned = true, Reason = "why" } }).Admit(Context(), Wanted);
        (Strict with { Requires = false }).Admit(Context(), Wanted);
        new ScanConsent { Unscanned = true, Reason = "why" }.Lines.ShouldHaveSingleItem().ShouldEndWith("(--accept-unscanned): why");
    }

    static DeploymentContext Context() => new() { Id = Id, Environment = "production", Commit = "new", Folder = "", Log = NullLogger.Instance, Time = TimeProvider.System };
}
