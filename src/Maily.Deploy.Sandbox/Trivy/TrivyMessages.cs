using ProtoBuf;

namespace Maily.Deploy.Sandbox.Trivy;

// What the stand-in reads and answers of trivy's services trivy.cache.v1.Cache and trivy.scanner.v1.Scanner; fields that it does
// not need are skipped, as the wire form allows.

[ProtoContract]
sealed class OperatingSystem
{
    [ProtoMember(1)] public string Family { get; set; } = "";

    [ProtoMember(2)] public string Name { get; set; } = "";
}

[ProtoContract]
sealed class Package
{
    [ProtoMember(1)] public string Name { get; set; } = "";

    [ProtoMember(2)] public string Version { get; set; } = "";

    [ProtoMember(3)] public string Release { get; set; } = "";

    [ProtoMember(4)] public int Epoch { get; set; }

    [ProtoMember(6)] public string SourceName { get; set; } = "";

    [ProtoMember(7)] public string SourceVersion { get; set; } = "";

    [ProtoMember(8)] public string SourceRelease { get; set; } = "";

    [ProtoMember(9)] public int SourceEpoch { get; set; }

    [ProtoMember(12)] public string FilePath { get; set; } = "";

    [ProtoMember(13)] public string Id { get; set; } = "";
}

[ProtoContract]
sealed class PackageList
{
    [ProtoMember(2)] public List<Package> Packages { get; set; } = [];
}

[ProtoContract]
sealed class Application
{
    [ProtoMember(1)] public string Type { get; set; } = "";

    [ProtoMember(3)] public List<Package> Packages { get; set; } = [];
}

[ProtoContract]
sealed class Blob
{
    [ProtoMember(1)] public int SchemaVersion { get; set; }

    [ProtoMember(2)] public OperatingSystem? System { get; set; }

    [ProtoMember(3)] public List<PackageList> Lists { get; set; } = [];

    [ProtoMember(4)] public List<Application> Applications { get; set; } = [];
}

[ProtoContract]
sealed class PutBlobRequest
{
    [ProtoMember(1)] public string DiffId { get; set; } = "";

    [ProtoMember(3)] public Blob? Blob { get; set; }
}

[ProtoContract]
sealed class Artifact
{
    [ProtoMember(1)] public int SchemaVersion { get; set; }
}

[ProtoContract]
sealed class PutArtifactRequest
{
    [ProtoMember(1)] public string ArtifactId { get; set; } = "";

    [ProtoMember(2)] public Artifact? Artifact { get; set; }
}

[ProtoContract]
sealed class MissingBlobsRequest
{
    [ProtoMember(1)] public string ArtifactId { get; set; } = "";

    [ProtoMember(2)] public List<string> BlobIds { get; set; } = [];
}

[ProtoContract]
sealed class MissingBlobsAnswer
{
    [ProtoMember(1)] public bool MissingArtifact { get; set; }

    [ProtoMember(2)] public List<string> MissingBlobIds { get; set; } = [];
}

[ProtoContract]
sealed class ScanQuestion
{
    [ProtoMember(1)] public string Target { get; set; } = "";

    [ProtoMember(3)] public List<string> BlobIds { get; set; } = [];
}

[ProtoContract]
sealed class FoundWeakness
{
    [ProtoMember(1)] public string Id { get; set; } = "";

    [ProtoMember(2)] public string Package { get; set; } = "";

    [ProtoMember(3)] public string Installed { get; set; } = "";

    [ProtoMember(4)] public string Fixed { get; set; } = "";

    [ProtoMember(5)] public string Title { get; set; } = "";

    [ProtoMember(7)] public int Severity { get; set; }

    [ProtoMember(22)] public string Path { get; set; } = "";

    [ProtoMember(23)] public string PackageId { get; set; } = "";
}

[ProtoContract]
sealed class ScanResult
{
    [ProtoMember(1)] public string Target { get; set; } = "";

    [ProtoMember(2)] public List<FoundWeakness> Weaknesses { get; set; } = [];

    [ProtoMember(3)] public string Type { get; set; } = "";

    [ProtoMember(6)] public string Class { get; set; } = "";
}

[ProtoContract]
sealed class ScanAnswer
{
    [ProtoMember(1)] public OperatingSystem? System { get; set; }

    [ProtoMember(3)] public List<ScanResult> Results { get; set; } = [];
}

[ProtoContract]
sealed class Empty;
