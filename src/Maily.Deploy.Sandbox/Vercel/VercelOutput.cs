using System.Text.RegularExpressions;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>A function of a deployment: the route that it answers, and its file under the output's root.</summary>
sealed record VercelFunction(Regex Route, string File);

/// <summary>A route rule: what it matches, and where it leads or what it adds.</summary>
sealed record VercelRule(Regex Source, string? Destination, IReadOnlyDictionary<string, string> Headers);

/// <summary>What a build leaves to be served.</summary>
sealed record VercelOutput
{
    /// <summary>Folder of everything below.</summary>
    public required string Root { get; init; }

    /// <summary>Folder of the static files.</summary>
    public required string StaticRoot { get; init; }

    public IReadOnlyList<VercelFunction> Functions { get; init; } = [];

    public IReadOnlyList<VercelRule> Rules { get; init; } = [];

    /// <summary>Whether <c>/about</c> finds <c>about.html</c>.</summary>
    public bool CleanUrls { get; init; }

    /// <summary>Path that must not be served as files: sources beside the static ones.</summary>
    public bool HidesSources { get; init; }

    /// <summary>The variables of the time of the build: a later change needs a new build.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
}

/// <summary>The build failed; the message is the last line of its log.</summary>
sealed class VercelBuildException(string message) : Exception(message);
