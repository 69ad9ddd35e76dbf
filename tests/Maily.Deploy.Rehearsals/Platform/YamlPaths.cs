using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Rehearsals.Platform;

static class YamlPaths
{
    /// <summary>The node at the path, or null where any part of the path is missing.</summary>
    public static YamlNode? At(this YamlNode node, params IEnumerable<string> path) =>
        path.Aggregate((YamlNode?)node, (here, part) =>
            here is YamlMappingNode map && map.Children.TryGetValue(part, out var next) ? next : null);

    public static string? Text(this YamlNode node, params IEnumerable<string> path) => (node.At(path) as YamlScalarNode)?.Value;

    public static IReadOnlyList<YamlNode> Items(this YamlNode node, params IEnumerable<string> path) =>
        node.At(path) is YamlSequenceNode list ? [.. list] : [];

    public static IReadOnlyList<YamlNode> Containers(this YamlNode workload) =>
    [
        .. workload.Items("spec", "template", "spec", "initContainers"),
        .. workload.Items("spec", "template", "spec", "containers"),
    ];

    /// <summary>Kind and name, for messages.</summary>
    public static string Title(this YamlNode one) => $"{one.Text("kind")}/{one.Text("metadata", "name")}";
}
