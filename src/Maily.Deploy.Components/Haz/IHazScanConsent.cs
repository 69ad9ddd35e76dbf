using Maily.Deploy.Images.Scanning;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>What somebody accepts about the scans of images; it is journalled and reported.</summary>
public interface IHazScanConsent : IHazReason
{
    /// <summary>Deploys although nothing has scanned the images.</summary>
    [Parameter("Deploys images that nothing has scanned, where there is no scanner; needs --reason")]
    bool AcceptUnscanned => TryGetValue<bool?>(() => AcceptUnscanned) ?? false;

    /// <summary>All of it.</summary>
    /// <exception cref="ReasonMissingException">It is accepted without a reason.</exception>
    sealed ScanConsent ScanConsent => AcceptUnscanned && string.IsNullOrWhiteSpace(Reason)
        ? throw new ReasonMissingException("--accept-unscanned")
        : new() { Unscanned = AcceptUnscanned, Reason = Reason };
}
