using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Tests.Images.Scanning;

public sealed class ScanPolicyFileTests
{
    [Fact]
    public void A_policy_is_read_with_its_ignore_list()
    {
        var policy = ScanPolicyFile.Parse(
            """
            refuse: critical
            only-fixed: true
            max-age-hours: 6
            ignore:
              - id: CVE-2021-44906
                package: minimist
                until: 2026-12-31
                reason: only parses our own arguments
            """, "scan-policy.yaml");

        policy.Refuse.ShouldBe(Severity.Critical);
        policy.OnlyFixed.ShouldBeTrue();
        policy.MaxAge.ShouldBe(TimeSpan.FromHours(6));
        policy.Ignored.ShouldHaveSingleItem().ShouldBe(new("CVE-2021-44906", "minimist", null, new(2026, 12, 31), "only parses our own arguments"));
    }

    [Fact]
    public void An_empty_policy_refuses_what_is_high()
    {
        var policy = ScanPolicyFile.Parse("ignore: []", "scan-policy.yaml");

        policy.Refuse.ShouldBe(Severity.High);
        policy.MaxAge.ShouldBe(TimeSpan.FromHours(24));
    }

    [Fact]
    public void All_faults_are_told_at_once_with_their_places()
    {
        var malformed = Should.Throw<MalformedScanPolicyException>(() => ScanPolicyFile.Parse(
            """
            refuse: terrible
            ignored: []
            ignore:
              - id: CVE-1
                until: 2026-12-31
              - package: lodash
                until: for ever
                reason: because
                severity: high
            """, "scan-policy.yaml"));

        malformed.Faults.Length.ShouldBe(6);
        malformed.Faults.ShouldContain(fault => fault.StartsWith("refuse: 'terrible' is no severity", StringComparison.Ordinal));
        malformed.Faults.ShouldContain(fault => fault.StartsWith("ignored is not known", StringComparison.Ordinal));
        malformed.Faults.ShouldContain("ignore[0].reason is missing");
        malformed.Faults.ShouldContain("ignore[1].id is missing");
        malformed.Faults.ShouldContain(fault => fault.StartsWith("ignore[1].until: name the last day", StringComparison.Ordinal));
        malformed.Faults.ShouldContain(fault => fault.StartsWith("ignore[1].severity is not known", StringComparison.Ordinal));
        malformed.Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public void The_fingerprint_changes_with_what_is_refused_and_ignored()
    {
        var policy = new ScanPolicy();
        var entry = new IgnoredVulnerability("CVE-1", null, null, new(2026, 1, 1), "why");

        policy.Fingerprint.ShouldBe(new ScanPolicy().Fingerprint);
        new[] { policy, policy with { Refuse = Severity.Low }, policy with { Ignored = [entry] }, policy with { Ignored = [entry with { Until = new(2026, 1, 2) }] } }
            .Select(each => each.Fingerprint).ShouldBeUnique();
    }
}
