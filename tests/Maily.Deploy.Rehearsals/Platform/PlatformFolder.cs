using System.Collections.Immutable;
using Maily.Deploy.Images;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>Paths inside src/Platform of the repository that these tests were built from.</summary>
static class PlatformFolder
{
    public static readonly string[] Services = ["ai-adapter", "api-gateway", "blockchain-gateway", "campaign-worker", "octotools", "vector-search"];

    /// <summary>Images that are built from what others build.</summary>
    public static readonly string[] Upstreams = ["otel-collector", "redis", "temporal", "vespa"];

    /// <summary>Of both, those that DeployAiServices deploys.</summary>
    public static readonly string[] AiServices = ["ai-adapter", "octotools"];

    /// <summary>All images, as the sandbox builds them.</summary>
    public static ImmutableArray<ImageSpec> Images(string upstream) =>
    [
        .. Services.Select(name => new ImageSpec { Name = name, Context = Path("services", name) }),
        .. Upstreams.Select(name => new ImageSpec { Name = name, Context = Path("upstream", name), BuildArguments = ImmutableSortedDictionary<string, string>.Empty.Add("UPSTREAM_IMAGE", upstream) }),
    ];

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root(), "src", "Platform", .. parts]);

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Maily.Deploy.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Maily.Deploy.slnx above {AppContext.BaseDirectory}.");
    }
}
