using System.Text.RegularExpressions;

namespace Maily.Deploy.Images.Pruning;

/// <summary>Marks an image as pushed for an environment, so that each environment that shares a repository is known there. It never moves.</summary>
static partial class EnvironmentTag
{
    /// <summary>The tag of an image for an environment: <c>env-staging-c-0123456789abcdef</c>.</summary>
    public static string Of(string environment, string content) => $"env-{environment}-{content}";

    /// <summary>The environment that a tag names; null for other tags.</summary>
    public static string? Read(string tag) => Form().Match(tag) is { Success: true } match ? match.Groups["environment"].Value : null;

    [GeneratedRegex("^env-(?<environment>.+)-c-[0-9a-f]{16}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
