using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>A ConfigMap or Secret, or a key of one, that the cluster's message says is not there.</summary>
/// <param name="Kind"><c>ConfigMap</c> or <c>Secret</c>.</param>
/// <param name="Name">Its name; null where the message does not say it.</param>
/// <param name="Key">The key that it lacks; null where the whole is missing.</param>
sealed partial record MissingObject(string Kind, string? Name, string? Key)
{
    /// <summary>Reads a kubelet's message; null where that is about something else.</summary>
    public static MissingObject? In(string message)
    {
        if (KeyOf().Match(message) is { Success: true } key)
            return new(Proper(key.Groups["kind"].Value), key.Groups["name"].Value, key.Groups["key"].Value);
        if (VolumeKey().Match(message) is { Success: true })
            return new("ConfigMap or Secret", null, null);
        return Whole().Match(message) is { Success: true } whole ? new(Proper(whole.Groups["kind"].Value), whole.Groups["name"].Value, null) : null;
    }

    /// <summary>What to do about it.</summary>
    public string Remedy(KubernetesObject pod) => (Name, Key) switch
    {
        (null, _) => "Put the key that the volume names into its ConfigMap or Secret, or take it out of the volume's items.",
        (_, null) => $"Add {Kind} {Name} to the manifests of namespace {pod.Key.Namespace}{Source}, or correct the name.",
        _ => $"Put the key {Key} into {Kind} {Name} of namespace {pod.Key.Namespace}{Source}, or correct the name.",
    };

    string Source => Kind == "Secret" ? " (its values come from the secrets source)" : "";

    static string Proper(string kind) => kind.Equals("secret", StringComparison.OrdinalIgnoreCase) ? "Secret" : "ConfigMap";

    // couldn't find key LEVEL in ConfigMap maily/settings
    [GeneratedRegex("couldn't find key (?<key>\\S+) in (?<kind>ConfigMap|Secret) [^/\\s]+/(?<name>[^\\s,]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyOf();

    // configmap references non-existent config key: LEVEL; references non-existent secret key: TOKEN
    [GeneratedRegex("references non-existent (config|secret) key", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VolumeKey();

    // configmap "settings" not found
    [GeneratedRegex("(?<kind>configmap|secret) \"(?<name>[^\"]+)\" not found", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();
}
