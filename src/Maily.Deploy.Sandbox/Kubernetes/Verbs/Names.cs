using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Suffixes that spell no words, as the real API makes them.</summary>
internal static class Names
{
    const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Suffix(int length = 5) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The same suffix for the same content, whatever the order of its fields.</summary>
    public static string Hash(JsonNode? content)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(Json.Sorted(content)?.ToJsonString() ?? ""));
        return string.Concat(digest.Take(10).Select(part => Alphabet[part % Alphabet.Length]));
    }
}
