using Maily.Deploy.Processes;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>The objects that kustomize makes of one region's overlay.</summary>
sealed record Region(IReadOnlyList<YamlNode> Objects)
{
    static readonly string[] WorkloadKinds = ["Deployment", "StatefulSet", "DaemonSet"];

    public IReadOnlyList<YamlNode> Workloads => [.. Objects.Where(one => WorkloadKinds.Contains(one.Text("kind")))];

    public IEnumerable<YamlNode> OfKind(string kind) => Objects.Where(one => one.Text("kind") == kind);

    /// <summary>What is rolled out first, and the AI services after it.</summary>
    public static readonly string[][] Parts = [["kubernetes"], ["kubernetes", "ai-services"]];

    public static async Task<Region> RenderAsync(string name, CancellationToken cancellation)
    {
        var parts = await Task.WhenAll(Parts.Select(part => TextOfAsync(part, name, cancellation)));
        return Of(string.Join("\n---\n", parts));
    }

    public static string[] FoldersOf(string[] part) => [.. part, "regions"];

    /// <summary>One part's manifests as kustomize writes them.</summary>
    public static Task<string> TextOfAsync(string[] part, string name, CancellationToken cancellation) =>
        Tool.RunOrSkipAsync(CommandLine.Of("kubectl", "kustomize", PlatformFolder.Path([.. FoldersOf(part), name])), cancellation);

    static Region Of(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return new Region([.. stream.Documents.Select(document => document.RootNode)]);
    }
}
