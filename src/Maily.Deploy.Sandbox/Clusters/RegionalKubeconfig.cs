using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Sandbox.Clusters;

/// <summary>One kubeconfig out of those of several clusters: a context for each region, named as the region.</summary>
static class RegionalKubeconfig
{
    static readonly string[] Lists = ["clusters", "users", "contexts"];

    /// <summary>Merges the clusters' own kubeconfigs; the first region's context is the current one.</summary>
    public static string Merge(IReadOnlyList<(string Region, string Kubeconfig)> clusters)
    {
        var merged = new YamlMappingNode { { "apiVersion", "v1" }, { "kind", "Config" }, { "current-context", clusters[0].Region } };
        var entries = clusters.Select(cluster => Rename(Parse(cluster.Kubeconfig), cluster.Region)).ToList();
        foreach (var list in Lists)
            merged.Add(list, new YamlSequenceNode(entries.Select(entry => entry[list])));
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(merged)).Save(text, assignAnchors: false);
        return text.ToString();
    }

    static YamlMappingNode Parse(string kubeconfig)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(kubeconfig));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    static Dictionary<string, YamlNode> Rename(YamlMappingNode kubeconfig, string region)
    {
        var entries = Lists.ToDictionary(list => list, list => (YamlNode)Single(kubeconfig, list), StringComparer.Ordinal);
        foreach (var entry in entries.Values)
            Set(entry, "name", region);
        var context = (YamlMappingNode)entries["contexts"]["context"];
        Set(context, "cluster", region);
        Set(context, "user", region);
        return entries;
    }

    // A sandbox's cluster has one of each.
    static YamlMappingNode Single(YamlMappingNode kubeconfig, string list) =>
        (YamlMappingNode)((YamlSequenceNode)kubeconfig[list]).Children.Single();

    static void Set(YamlNode node, string key, string value) => ((YamlMappingNode)node).Children[key] = value;
}
