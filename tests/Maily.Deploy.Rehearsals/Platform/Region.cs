using Maily.Deploy.Processes;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>The objects that kustomize makes of one region's overlay.</summary>
sealed record Region(IReadOnlyList<YamlNode> Objects)
{
    static readonly string[] WorkloadKinds = ["Deployment", "StatefulSet", "DaemonSet"];

    public IReadOnlyList<YamlNode> Workloads => [.. Objects.Where(one => WorkloadKinds.Contains(one.Text("kind")))];

    public IEnumerable<YamlNode> OfKind(string kind) => Objects.Where(one => one.Text("kind") == kind);

    public static async Task<Region> RenderAsync(string name, CancellationToken cancellation)
    {
        var command = CommandLine.Of("kubectl", "kustomize", PlatformFolder.Path("kubernetes", "regions", name));
        var text = await Tool.RunOrSkipAsync(command, cancellation);
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return new Region([.. stream.Documents.Select(document => document.RootNode)]);
    }
}
