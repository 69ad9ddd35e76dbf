using System.Globalization;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images;

/// <summary>An image does not build.</summary>
public sealed partial class ImageBuildException(string image, string? instruction, string error, string lastLines, string? dockerfile = null, int? line = null)
    : DeployException($"The image {image} does not build: {error.Trim()}",
        $"Correct {(instruction is null ? "the Dockerfile" : $"`{instruction}`")}{(dockerfile is null ? "" : $" in {dockerfile}")}{(line is null ? "" : $" on line {line}")}, or what it uses.",
        string.Join(Environment.NewLine, new[] { instruction, lastLines }.Where(text => !string.IsNullOrEmpty(text))))
{
    /// <summary>The image's name.</summary>
    public string Image { get; } = image;

    /// <summary>The instruction that failed, as the builder prints it; null when none was begun.</summary>
    public string? Instruction { get; } = instruction;

    /// <summary>The Dockerfile's full path.</summary>
    public string? Dockerfile { get; } = dockerfile;

    /// <summary>The line of the Dockerfile on which the failing instruction begins, counted from 1; null where none is to blame.</summary>
    public int? Line { get; } = line;

    /// <summary>The line that a builder's own error names, or null.</summary>
    internal static int? LineIn(string error) =>
        LineForm().Match(error) is { Success: true } match ? int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"parse error(?: on)? line (?<line>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex LineForm();
}

/// <summary>An image could not be pushed.</summary>
public sealed class ImagePushException(string reference, string error, string lastLines)
    : DeployException($"{reference} could not be pushed: {error}", "Check MAILY_REGISTRY, REGISTRY_USER and REGISTRY_PASSWORD, and that the registry answers; then run `./build.sh PushImages` again: what has arrived is not sent again.", lastLines)
{
    /// <summary>The image's name and tag.</summary>
    public string Reference { get; } = reference;

    /// <summary>Whether trying again may help: not when the registry refused the login or the name.</summary>
    public bool IsTransient { get; } = !Permanent.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));

    static string[] Permanent => ["unauthorized", "denied", "authentication required", "asks for a login", "does not take the login", "does not exist", "invalid reference"];
}

/// <summary>An image is declared for several platforms, and what builds can make only one.</summary>
public sealed class SeveralPlatformsException(ImageSpec image)
    : DeployException($"The image {image.Name} is for {string.Join(" and ", image.Platforms)}, and the engine's own builder makes one platform at a time.",
        "Install docker buildx with a builder of its own: `docker buildx create --use`; or declare one platform.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
