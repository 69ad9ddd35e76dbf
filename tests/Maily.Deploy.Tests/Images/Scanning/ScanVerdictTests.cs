using System.Collections.Immutable;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Tests.Images.Scanning;

public sealed class ScanVerdictTests
{
    static readonly DateOnly Today = new(2026, 11, 26);
    static readonly ImmutableArray<Vulnerability> Found =
    [
        new("CVE-1", "lodash", "4.17.20", "4.17.21", Severity.High, "app"),
        new("CVE-2", "minimist", "1.2.5", null, Severity.Critical, "app"),
        new("CVE-3", "lodash", "4.17.20", "4.17.21", Severity.Medium, "app"),
    ];

    [Fact]
    public void What_reaches_the_severity_is_refused_the_worst_first_and_all_is_counted()
    {
        var verdict = Judge(new());

        verdict.Refused.Select(finding => finding.Id).ShouldBe(["CVE-2", "CVE-1"]);
        verdict.Counts[Severity.Medium].ShouldBe(1);
        verdict.Counts[Severity.Low].ShouldBe(0);
    }

    [Fact]
    public void What_is_not_fixed_may_be_let_pass() =>
        Judge(new() { OnlyFixed = true }).Refused.Select(finding => finding.Id).ShouldBe(["CVE-1"]);

    [Fact]
    public void An_ignored_id_passes_on_its_last_day_and_counts_again_on_the_next()
    {
        var policy = new ScanPolicy { Ignored = [new("CVE-2", null, null, Today, "why")] };

        Judge(policy).Ignored.ShouldBe(["CVE-2"]);
        Judge(policy).Refused.Select(finding => finding.Id).ShouldBe(["CVE-1"]);
        ScanVerdict.Of(Found, policy, "api", Today.AddDays(1)).Refused.Length.ShouldBe(2);
    }

    [Fact]
    public void An_entry_speaks_only_of_the_package_and_the_image_that_it_names()
    {
        Judge(new() { Ignored = [new("CVE-2", "lodash", null, Today, "why")] }).Refused.Length.ShouldBe(2);
        Judge(new() { Ignored = [new("CVE-2", "minimist", "worker", Today, "why")] }).Refused.Length.ShouldBe(2);
        Judge(new() { Ignored = [new("CVE-2", "minimist", "api", Today, "why")] }).Refused.Length.ShouldBe(1);
    }

    [Fact]
    public void A_scan_holds_for_its_content_its_policy_and_its_time_only()
    {
        var (policy, at) = (new ScanPolicy { Ignored = [new("CVE-2", null, null, Today, "why")] }, new DateTimeOffset(2026, 11, 26, 20, 0, 0, TimeSpan.Zero));
        var scan = ImageScan.From(ImageScan.Of("c-1", "sha256:0", new("trivy 1", "2"), Judge(policy), policy, at).ToOutputs()).ShouldNotBeNull();

        scan.HoldsFor("c-1", policy, at.AddHours(3)).ShouldBeTrue();
        scan.HoldsFor("c-2", policy, at.AddHours(3)).ShouldBeFalse();
        scan.HoldsFor("c-1", policy with { Refuse = Severity.Low }, at.AddHours(3)).ShouldBeFalse();
        // The ignored id has expired at midnight.
        scan.HoldsFor("c-1", policy, at.AddHours(5)).ShouldBeFalse();
        (scan with { Ignored = null }).HoldsFor("c-1", policy, at.AddHours(25)).ShouldBeFalse();
        scan.Findings.ShouldBe("critical 1, high 1, medium 1, low 0, unknown 0");
    }

    static ScanVerdict Judge(ScanPolicy policy) => ScanVerdict.Of(Found, policy, "api", Today);
}
