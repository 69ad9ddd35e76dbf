namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>What it means that an image cannot be pulled, from what the registry answered.</summary>
/// <param name="Remedy">What to do about it.</param>
/// <param name="MayPass">Whether it may pass by itself, as a registry that is busy or not reached for a moment does.</param>
sealed record PullFailure(string Remedy, bool MayPass)
{
    /// <summary>Reads the answer.</summary>
    public static PullFailure Of(string why, string image)
    {
        bool Says(params string[] words) => words.Any(word => why.Contains(word, StringComparison.OrdinalIgnoreCase));
        if (Says("manifest unknown", "not found", "NAME_UNKNOWN", "repository does not exist"))
            return new($"The registry does not have {image}: push it (`./build.sh PushImages`), or correct its name.", MayPass: false);
        if (Says("unauthorized", "denied", "authentication required", "no basic auth", "forbidden"))
            return new("Give the namespace a pull secret that may read this repository (imagePullSecrets).", MayPass: false);
        if (Says("x509", "certificate", "server gave HTTP response"))
            return new("The nodes do not trust the registry: give them its certificate authority.", MayPass: false);
        if (Says("InvalidImageName", "couldn't parse", "invalid reference"))
            return new("Correct the image's name in the manifest.", MayPass: false);
        if (Says("toomanyrequests", "429"))
            return new("The registry limits its readers: use credentials or a mirror, and deploy again later.", MayPass: true);
        return Says("no such host", "connection refused", "i/o timeout", "TLS handshake timeout", "dial tcp")
            ? new("The nodes do not reach the registry: check its address, name service and firewall from a node.", MayPass: true)
            : new("Check that the registry serves this digest to the nodes, and the pull secret.", MayPass: true);
    }
}
