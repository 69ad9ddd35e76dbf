using System.Collections.Immutable;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Makes the bill of materials of an image and looks its packages up in a database of known weaknesses. Changes nothing.</summary>
public interface IImageScanner
{
    /// <summary>Who looks, and in which database.</summary>
    /// <exception cref="ScannerException">It does not answer.</exception>
    Task<ScannerVersion> DescribeAsync(CancellationToken cancellation);

    /// <summary>Scans one image.</summary>
    /// <exception cref="ScannerException">It does not answer, or refuses.</exception>
    Task<ScanFindings> ScanAsync(ImageBuild build, CancellationToken cancellation);
}

/// <summary>A scanner and its database.</summary>
/// <param name="Name">Program and version: <c>trivy 0.66.0</c>.</param>
/// <param name="Database">Version and time of the database: <c>2 of 2026-11-26T06:12:34Z</c>; <c>unknown</c> where it does not say.</param>
public sealed record ScannerVersion(string Name, string Database);

/// <summary>What one scan found.</summary>
/// <param name="Sbom">The bill of materials, CycloneDX JSON.</param>
/// <param name="Vulnerabilities">All known weaknesses.</param>
public sealed record ScanFindings(byte[] Sbom, ImmutableArray<Vulnerability> Vulnerabilities);

/// <summary>A scanner does not answer, or answers what cannot be used.</summary>
public sealed class ScannerException(string fact, string remedy, string? evidence = null, Exception? cause = null)
    : DeployException(fact, remedy, evidence, cause);
