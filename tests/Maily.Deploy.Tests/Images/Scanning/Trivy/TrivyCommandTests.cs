using System.Text;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Images.Scanning.Trivy;

namespace Maily.Deploy.Tests.Images.Scanning.Trivy;

public sealed class TrivyCommandTests
{
    [Fact]
    public void The_commands_are_those_of_trivys_manual_and_show_no_secret()
    {
        TrivyCommand.SbomOf("trivy", "ghcr.io/maily/api:c-1", "sbom.json").ToString()
            .ShouldBe("trivy image --quiet --image-src docker,remote --format cyclonedx --output sbom.json ghcr.io/maily/api:c-1");
        TrivyCommand.SbomOfLayout("trivy", "images/api", "sbom.json").ToString().ShouldBe("trivy image --quiet --input images/api --format cyclonedx --output sbom.json");
        TrivyCommand.ScanOf("trivy", "sbom.json", "found.json", null).ToString().ShouldBe("trivy sbom --quiet --format json --output found.json sbom.json");
        TrivyCommand.ScanOf("trivy", "sbom.json", "found.json", new("http://127.0.0.1:4954/")).ToString()
            .ShouldBe("trivy sbom --quiet --format json --output found.json --server http://127.0.0.1:4954 sbom.json");
    }

    [Fact]
    public void A_report_of_trivy_is_read()
    {
        var found = TrivyReport.Parse(Encoding.UTF8.GetBytes(
            """
            { "SchemaVersion": 2, "Results": [
              { "Target": "debian 12.5", "Class": "os-pkgs", "Vulnerabilities": [
                { "VulnerabilityID": "CVE-2024-3094", "PkgName": "xz-utils", "InstalledVersion": "5.6.1-1", "FixedVersion": "5.6.1+really5.4.5-1", "Severity": "CRITICAL" },
                { "VulnerabilityID": "CVE-1", "PkgName": "x", "InstalledVersion": "1", "Severity": "NEGLIGIBLE" } ] },
              { "Target": "Node.js", "Class": "lang-pkgs" } ] }
            """));

        found.ShouldBe(
        [
            new("CVE-2024-3094", "xz-utils", "5.6.1-1", "5.6.1+really5.4.5-1", Severity.Critical, "debian 12.5"),
            new("CVE-1", "x", "1", null, Severity.Unknown, "debian 12.5"),
        ]);
        Should.Throw<ScannerException>(() => TrivyReport.Parse("no json"u8.ToArray()));
    }

    [Fact]
    public void A_version_names_the_database_where_there_is_one()
    {
        TrivyVersion.Of("""{ "Version": "0.66.0", "VulnerabilityDB": { "Version": 2, "UpdatedAt": "2026-11-26T06:12:34.5Z" } }"""u8.ToArray(), "trivy")
            .ShouldBe(new ScannerVersion("trivy 0.66.0", "2 of 2026-11-26T06:12:34Z"));
        TrivyVersion.Of("""{ "Version": "0.66.0" }"""u8.ToArray(), "trivy").Database.ShouldBe("unknown");
    }
}
