using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images.Scanning.Trivy;

/// <summary>Scans with trivy on this machine; where a server is named, trivy asks that one for weaknesses.</summary>
sealed class TrivyCommand(string executable, TrivySettings settings, ImageSettings images, ProcessRunner processes, TrivyServer? server) : IImageScanner
{
    // One process at a time may hold trivy's cache; another one gives up after some seconds.
    SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Makes the bill of materials; the engine's image before the registry's.</summary>
    public static CommandLine SbomOf(string executable, string reference, string file) =>
        CommandLine.Of(executable, "image", "--quiet", "--image-src", "docker,remote", "--format", "cyclonedx", "--output", file, reference);

    /// <summary>Makes the bill of materials of an image in a folder in OCI's layout.</summary>
    public static CommandLine SbomOfLayout(string executable, string layout, string file) =>
        CommandLine.Of(executable, "image", "--quiet", "--input", layout, "--format", "cyclonedx", "--output", file);

    /// <summary>Looks up what a bill of materials names.</summary>
    public static CommandLine ScanOf(string executable, string sbom, string file, Uri? server) =>
        CommandLine.Of(executable, ["sbom", "--quiet", "--format", "json", "--output", file, .. server is null ? Array.Empty<string>() : ["--server", server.AbsoluteUri.TrimEnd('/')], sbom]);

    /// <inheritdoc/>
    public async Task<ScannerVersion> DescribeAsync(CancellationToken cancellation)
    {
        var own = TrivyVersion.Of(Encoding.UTF8.GetBytes(await RunAsync(CommandLine.Of(executable, "version", "--format", "json"), cancellation)), "trivy");
        return server is null ? own : own with { Database = (await server.DescribeAsync(cancellation)).Database };
    }

    /// <inheritdoc/>
    public async Task<ScanFindings> ScanAsync(ImageBuild build, CancellationToken cancellation)
    {
        await Turn.WaitAsync(cancellation);
        var folder = Directory.CreateTempSubdirectory("maily-scan-");
        try
        {
            var (sbom, found) = (Path.Combine(folder.FullName, "sbom.cdx.json"), Path.Combine(folder.FullName, "found.json"));
            await RunAsync(build.Archive is { } layout ? SbomOfLayout(executable, layout, sbom) : SbomOf(executable, build.Reference, sbom), cancellation);
            await RunAsync(ScanOf(executable, sbom, found, settings.Server), cancellation);
            return new(await File.ReadAllBytesAsync(sbom, cancellation), TrivyReport.Parse(await File.ReadAllBytesAsync(found, cancellation)));
        }
        finally
        {
            folder.Delete(recursive: true);
            Turn.Release();
        }
    }

    async Task<string> RunAsync(CommandLine command, CancellationToken cancellation)
    {
        try
        {
            return await processes.RunAsync(command with { Environment = Environment }, null, cancellation);
        }
        catch (CommandFailedException failed)
        {
            throw new ScannerException("trivy cannot scan.", "See its last lines above. A machine that cannot fetch trivy's database needs TRIVY_SERVER_URL.", $"{command}\n{failed.Evidence}", failed);
        }
    }

    // Not as arguments: the process list shows those.
    ImmutableDictionary<string, Secret> Environment => new (string Name, string? Value)[]
    {
        ("DOCKER_HOST", images.Engine.AbsoluteUri), ("TRIVY_USERNAME", images.User), ("TRIVY_PASSWORD", images.Password?.Reveal()),
        ("TRIVY_TOKEN", settings.Token?.Reveal()), ("TRIVY_TOKEN_HEADER", settings.Token is null ? null : settings.TokenHeader),
    }.Where(pair => pair.Value is not null).ToImmutableDictionary(pair => pair.Name, pair => new Secret(pair.Value!), StringComparer.Ordinal);
}

/// <summary>Reads trivy's report in JSON.</summary>
static class TrivyReport
{
    /// <summary>All weaknesses of all results.</summary>
    /// <exception cref="ScannerException">It is no such report.</exception>
    public static ImmutableArray<Vulnerability> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            var root = JsonDocument.Parse(json).RootElement;
            return root.TryGetProperty("Results", out var results) && results.ValueKind == JsonValueKind.Array ? [.. results.EnumerateArray().SelectMany(Of)] : [];
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ScannerException("trivy's report cannot be read.", "Use a version of trivy that writes schema 2 (0.20 or later).", malformed.Message, malformed);
        }
    }

    static IEnumerable<Vulnerability> Of(JsonElement result) =>
        result.TryGetProperty("Vulnerabilities", out var found) && found.ValueKind == JsonValueKind.Array
            ? found.EnumerateArray().Select(weakness => new Vulnerability(
                weakness.GetProperty("VulnerabilityID").GetString()!, weakness.GetProperty("PkgName").GetString()!, Text(weakness, "InstalledVersion") ?? "", Text(weakness, "FixedVersion"),
                Enum.TryParse<Severity>(Text(weakness, "Severity"), ignoreCase: true, out var severity) ? severity : Severity.Unknown, Text(weakness, "PkgPath") ?? Text(result, "Target") ?? ""))
            : [];

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
