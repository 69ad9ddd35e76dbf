using System.Security.Cryptography;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Scans one image and refuses it where the policy says so. The bill of materials goes to the deployment's folder.</summary>
sealed class ScanImageStep(ImageBuild build, IImageScanner? scanner, ScanGate gate) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Probing;

    /// <inheritdoc/>
    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        // What is live was scanned when it came; the database may know more by now, so that this is good for some time only.
        var known = context.Live?.Scans.GetValueOrDefault(build.Image.Name);
        return Task.FromResult(known is not null && known.HoldsFor(build.ContentTag, gate.Policy, context.Time.GetUtcNow()) ? Finding.AsWanted(known.ToOutputs()) : Finding.Absent);
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        if (scanner is null)
            return Unscanned(deployment).ToOutputs();
        var version = await scanner.DescribeAsync(cancellation);
        var found = await scanner.ScanAsync(build, cancellation);
        await KeepAsync(deployment, found.Sbom, cancellation);
        var now = deployment.Time.GetUtcNow();
        var verdict = ScanVerdict.Of(found.Vulnerabilities, gate.Policy, build.Image.Name, DateOnly.FromDateTime(now.UtcDateTime));
        var scan = ImageScan.Of(build.ContentTag, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(found.Sbom))}", version, verdict, gate.Policy, now);
        deployment.Log.LogInformation("{Image}: {Findings} ({Scanner}, database {Database})", build.Image.Name, scan.Findings, scan.Scanner, scan.Database);
        return verdict.Refused.IsEmpty ? scan.ToOutputs() : throw new VulnerableImageException(build.Image.Name, verdict.Refused);
    }

    /// <inheritdoc/>
    public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Task.FromResult(Verification.Compare(build.ContentTag, outputs["content"] ?? "nothing scanned"));

    ImageScan Unscanned(DeploymentContext context)
    {
        if (gate.Requires && !gate.Consent.Unscanned)
            throw new UnscannedException(context.Environment, [build.Image.Name]);
        context.Log.LogWarning("{Image} is deployed without a scan: there is no scanner. {Remedy}", build.Image.Name, ImageScanners.HowToGet);
        return new() { Content = build.ContentTag, At = context.Time.GetUtcNow(), Unscanned = gate.Consent.Unscanned ? $"accepted: {gate.Consent.Reason}" : "there is no scanner" };
    }

    async Task KeepAsync(DeploymentContext context, byte[] sbom, CancellationToken cancellation)
    {
        var folder = Path.Combine(context.Folder, "sbom");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{build.Image.Name}.cdx.json"), sbom, cancellation);
    }
}
