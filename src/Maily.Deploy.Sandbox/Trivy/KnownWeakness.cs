namespace Maily.Deploy.Sandbox.Trivy;

/// <summary>One advisory, as public databases have it.</summary>
/// <param name="Id">Its public name.</param>
/// <param name="Type">Whose packages it is about: <c>node-pkg</c>, <c>python-pkg</c>, or a distribution's family.</param>
/// <param name="Package">The package, of a distribution the source package.</param>
/// <param name="From">The first version that has it; null for any.</param>
/// <param name="FixedIn">The first version without it.</param>
/// <param name="Severity">0 unknown to 4 critical.</param>
/// <param name="Title">What it is.</param>
public sealed record KnownWeakness(string Id, string Type, string Package, string? From, string FixedIn, int Severity, string Title)
{
    /// <summary>A few famous ones: enough for a planted package to be found, and no claim about any other.</summary>
    public static IReadOnlyList<KnownWeakness> All { get; } =
    [
        new("CVE-2021-44906", "node-pkg", "minimist", null, "1.2.6", 4, "minimist: prototype pollution"),
        new("CVE-2021-23337", "node-pkg", "lodash", null, "4.17.21", 3, "nodejs-lodash: command injection via template"),
        new("CVE-2020-28500", "node-pkg", "lodash", null, "4.17.21", 2, "nodejs-lodash: ReDoS via the toNumber, trim and trimEnd functions"),
        new("CVE-2021-33503", "python-pkg", "urllib3", null, "1.26.5", 3, "python-urllib3: ReDoS in the parsing of authority part of URL"),
        new("CVE-2024-3094", "debian", "xz-utils", "5.6.0-0.1", "5.6.1+really5.4.5-1", 4, "xz: malicious code in distributed source"),
    ];

    /// <summary>Whether a version has it.</summary>
    public bool Concerns(string version) => (From is null || PackageVersions.Compare(version, From) >= 0) && PackageVersions.Compare(version, FixedIn) < 0;
}
