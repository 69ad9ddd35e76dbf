using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>
/// A set of fields, each a path of elements as fieldsV1 writes them: <c>f:name</c>, <c>k:{"name":"web"}</c>, <c>v:"x"</c>.
/// </summary>
internal sealed class FieldSet
{
    const char Separator = '\u001f';
    readonly HashSet<string> paths;

    FieldSet(IEnumerable<string> paths) => this.paths = new HashSet<string>(paths, StringComparer.Ordinal);

    public static FieldSet Empty => new([]);

    public bool IsEmpty => paths.Count == 0;

    public IEnumerable<IReadOnlyList<string>> Paths => paths.Order(StringComparer.Ordinal).Select(path => path.Split(Separator));

    public void Add(IEnumerable<string> path) => paths.Add(string.Join(Separator, path));

    public bool Contains(IEnumerable<string> path) => paths.Contains(string.Join(Separator, path));

    /// <summary>Whether the path, or something inside it, is in the set.</summary>
    public bool ContainsOrInside(IEnumerable<string> path)
    {
        var whole = string.Join(Separator, path);
        return paths.Any(item => item == whole || item.StartsWith(whole + Separator, StringComparison.Ordinal));
    }

    public FieldSet Union(FieldSet other) => new(paths.Union(other.paths));

    public FieldSet Except(FieldSet other) => new(paths.Except(other.paths));

    public FieldSet Intersect(FieldSet other) => new(paths.Intersect(other.paths));

    /// <summary>Without the given paths and all inside them.</summary>
    public FieldSet Outside(FieldSet removed) => new(paths.Where(path => !removed.Covers(path)));

    public FieldSet Where(Func<IReadOnlyList<string>, bool> keep) => new(paths.Where(path => keep(path.Split(Separator))));

    public bool SameAs(FieldSet other) => paths.SetEquals(other.paths);

    public JsonObject ToFieldsV1()
    {
        var root = new JsonObject();
        var members = new List<JsonObject>();
        foreach (var path in Paths)
        {
            var node = root;
            foreach (var step in path) node = node[step] as JsonObject ?? (JsonObject)(node[step] = new JsonObject());
            members.Add(node);
        }

        // A leaf is an empty map; a member with members of its own says so with a dot.
        foreach (var member in members.Where(member => member.Count > 0)) member.Insert(0, ".", new JsonObject());
        return root;
    }

    public static FieldSet FromFieldsV1(JsonObject? fields)
    {
        var set = Empty;
        if (fields is not null) Read(fields, [], set);
        return set;
    }

    static void Read(JsonObject fields, List<string> path, FieldSet set)
    {
        if (path.Count > 0 && (fields.Count == 0 || fields.ContainsKey("."))) set.Add(path);
        foreach (var (step, inner) in fields.Where(pair => pair.Key != "."))
            if (inner is JsonObject map) Read(map, [.. path, step], set);
    }

    bool Covers(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf(Separator, end - 1))
            if (paths.Contains(path[..end])) return true;
        return false;
    }
}
