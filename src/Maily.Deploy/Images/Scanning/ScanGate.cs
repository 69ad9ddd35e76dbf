using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images.Scanning;

/// <summary>What an environment asks of its images.</summary>
/// <param name="Policy">Which weaknesses refuse an image.</param>
/// <param name="Requires">Whether an image that nothing has scanned is refused.</param>
/// <param name="Consent">What somebody accepts all the same.</param>
public sealed record ScanGate(ScanPolicy Policy, bool Requires, ScanConsent Consent)
{
    /// <summary>Refuses to push what this run has left unscanned on purpose.</summary>
    /// <exception cref="UnscannedException">Scans are left out where they are asked for.</exception>
    public void AdmitPush(DeploymentContext context, IEnumerable<string> images)
    {
        if (Requires && !Consent.Unscanned && context.Skipped.Contains(ScanImagesStage.Name))
            throw new UnscannedException(context.Environment, images);
    }

    /// <summary>Refuses to deploy what neither this run has scanned nor is live: another environment may have pushed it that asks for no scan.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="references">Full references by digest, by image name.</param>
    /// <exception cref="UnscannedException">An image was not scanned where that is asked for.</exception>
    public void Admit(DeploymentContext context, IEnumerable<KeyValuePair<string, string>> references)
    {
        if (!Requires || Consent.Unscanned || context.IsForeseen && context.Runs(ScanImagesStage.Name))
            return;
        var unscanned = references.Where(image => context.Live?.Images.GetValueOrDefault(image.Key) != image.Value && !context.Outputs.ContainsKey(new StepId(ScanImagesStage.Name, image.Key)))
            .Select(image => image.Key).ToArray();
        if (unscanned.Length > 0)
            throw new UnscannedException(context.Environment, unscanned);
    }
}

/// <summary>Images must be scanned here, and nothing has scanned these.</summary>
public sealed class UnscannedException(string environment, IEnumerable<string> images)
    : DeployException($"Nothing has scanned {string.Join(", ", images)}, and images of {environment} must be scanned.",
        $"Deploy with ScanImages (PushImages brings it). {ImageScanners.HowToGet} Or deploy all the same with --accept-unscanned --reason \"...\".")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
