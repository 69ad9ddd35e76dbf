using ProtoBuf;

namespace Maily.Deploy.Images.Scanning.Trivy;

// The part of trivy's own service definitions that a scan for weaknesses needs (rpc/cache, rpc/scanner and rpc/common of
// aquasecurity/trivy). Numbers are what the wire knows: names have changed between versions, numbers have not.

[ProtoContract]
sealed class TrivyOs
{
    [ProtoMember(1)] public string Family { get; set; } = "";

    [ProtoMember(2)] public string Name { get; set; } = "";
}

[ProtoContract]
sealed class TrivyIdentifier
{
    [ProtoMember(1)] public string Purl { get; set; } = "";

    [ProtoMember(3)] public string Uid { get; set; } = "";
}

[ProtoContract]
sealed class TrivyPackage
{
    [ProtoMember(1)] public string Name { get; set; } = "";

    [ProtoMember(2)] public string Version { get; set; } = "";

    [ProtoMember(3)] public string Release { get; set; } = "";

    [ProtoMember(4)] public int Epoch { get; set; }

    [ProtoMember(5)] public string Arch { get; set; } = "";

    [ProtoMember(6)] public string SourceName { get; set; } = "";

    [ProtoMember(7)] public string SourceVersion { get; set; } = "";

    [ProtoMember(8)] public string SourceRelease { get; set; } = "";

    [ProtoMember(9)] public int SourceEpoch { get; set; }

    [ProtoMember(12)] public string FilePath { get; set; } = "";

    [ProtoMember(13)] public string Id { get; set; } = "";

    [ProtoMember(19, IsRequired = true)] public TrivyIdentifier Identifier { get; set; } = new();
}

/// <summary>Packages of a distribution (<c>PackageInfo</c>).</summary>
[ProtoContract]
sealed class TrivyPackages
{
    [ProtoMember(1)] public string FilePath { get; set; } = "";

    [ProtoMember(2)] public List<TrivyPackage> Packages { get; set; } = [];
}

/// <summary>Packages of a language.</summary>
[ProtoContract]
sealed class TrivyApplication
{
    [ProtoMember(1)] public string Type { get; set; } = "";

    [ProtoMember(2)] public string FilePath { get; set; } = "";

    [ProtoMember(3)] public List<TrivyPackage> Packages { get; set; } = [];
}

[ProtoContract]
sealed class TrivyBlob
{
    /// <summary>The form that servers read.</summary>
    public const int Version = 2;

    [ProtoMember(1, IsRequired = true)] public int SchemaVersion { get; set; } = Version;

    [ProtoMember(2)] public TrivyOs? Os { get; set; }

    [ProtoMember(3)] public List<TrivyPackages> Packages { get; set; } = [];

    [ProtoMember(4)] public List<TrivyApplication> Applications { get; set; } = [];

    [ProtoMember(8)] public string DiffId { get; set; } = "";
}

[ProtoContract]
sealed class PutBlob
{
    [ProtoMember(1)] public string DiffId { get; set; } = "";

    [ProtoMember(3, IsRequired = true)] public TrivyBlob Blob { get; set; } = new();
}

[ProtoContract]
sealed class TrivyArtifact
{
    [ProtoMember(1, IsRequired = true)] public int SchemaVersion { get; set; } = 1;

    [ProtoMember(2)] public string Architecture { get; set; } = "";

    [ProtoMember(5, IsRequired = true)] public string Os { get; set; } = "linux";
}

[ProtoContract]
sealed class PutArtifact
{
    [ProtoMember(1)] public string ArtifactId { get; set; } = "";

    [ProtoMember(2, IsRequired = true)] public TrivyArtifact Artifact { get; set; } = new();
}

[ProtoContract]
sealed class TrivyScanOptions
{
    [ProtoMember(1)] public List<string> PackageTypes { get; set; } = ["os", "library"];

    [ProtoMember(2)] public List<string> Scanners { get; set; } = ["vuln"];
}

[ProtoContract]
sealed class ScanRequest
{
    [ProtoMember(1)] public string Target { get; set; } = "";

    [ProtoMember(2)] public string ArtifactId { get; set; } = "";

    [ProtoMember(3)] public List<string> BlobIds { get; set; } = [];

    [ProtoMember(4, IsRequired = true)] public TrivyScanOptions Options { get; set; } = new();
}

[ProtoContract]
sealed class TrivyVulnerability
{
    [ProtoMember(1)] public string Id { get; set; } = "";

    [ProtoMember(2)] public string Package { get; set; } = "";

    [ProtoMember(3)] public string Installed { get; set; } = "";

    [ProtoMember(4)] public string Fixed { get; set; } = "";

    [ProtoMember(7)] public int Severity { get; set; }

    [ProtoMember(22)] public string Path { get; set; } = "";
}

[ProtoContract]
sealed class TrivyResult
{
    [ProtoMember(1)] public string Target { get; set; } = "";

    [ProtoMember(2)] public List<TrivyVulnerability> Vulnerabilities { get; set; } = [];
}

[ProtoContract]
sealed class ScanResponse
{
    [ProtoMember(3)] public List<TrivyResult> Results { get; set; } = [];
}
