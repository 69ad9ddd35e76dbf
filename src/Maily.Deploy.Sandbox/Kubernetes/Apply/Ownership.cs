using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Keeps managedFields right over updates and applies: what a writer changes is its own from then on.</summary>
internal static class Ownership
{
    static readonly string[] Unowned =
    [
        "name", "namespace", "creationTimestamp", "uid", "resourceVersion", "generation", "selfLink", "managedFields", "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ];

    /// <summary>Records an update: changed fields go to the writer, removed ones to nobody.</summary>
    public static void Update(JsonObject? before, JsonObject after, ResourceKind kind, Writer writer)
    {
        var changed = Strip(Fields.Changed(before, after, kind.Schema));
        var removed = before is null ? FieldSet.Empty : Strip(Fields.Removed(before, after, kind.Schema));
        var managers = Managers(before, after);
        if (changed.IsEmpty && removed.IsEmpty)
        {
            Manager.Write(after, managers);
            return;
        }

        var own = managers.Find(manager => manager.Is(writer.Manager, "Update", writer.Subresource))?.Fields ?? FieldSet.Empty;
        var others = managers
            .Where(manager => !manager.Is(writer.Manager, "Update", writer.Subresource))
            .Select(manager => manager with { Fields = manager.Fields.Except(changed).Except(removed) });
        var entry = new Manager(
            writer.Manager, "Update", kind.ApiVersion, writer.Subresource, Json.Stamp(writer.Now), own.Union(changed).Except(removed));
        Manager.Write(after, [.. others, entry]);
    }

    /// <summary>Merges what the writer applies into the live object (null: it is made), and gives it what it applied.</summary>
    /// <exception cref="ApiException">409: others own fields that would change.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject applied, ResourceKind kind, Writer writer, bool force)
    {
        var managers = Manager.Of(live);
        var wanted = Strip(Fields.Of(applied, kind.Schema));
        var mine = managers.Find(manager => manager.Is(writer.Manager, "Apply", writer.Subresource));
        var others = managers.Where(manager => manager != mine).ToList();
        var merged = (JsonObject)Merging.Merge(live, applied, kind.Schema)!;
        var changed = Strip(Fields.Changed(live, merged, kind.Schema));
        if (!force) RefuseConflicts(others, changed);
        others = [.. others.Select(manager => manager with { Fields = manager.Fields.Except(changed) })];

        var given = (mine?.Fields ?? FieldSet.Empty).Except(wanted);
        var unowned = given.Where(path => !others.Exists(other => other.Fields.ContainsOrInside(path)) && !wanted.ContainsOrInside(path));
        Merging.Remove(merged, unowned, kind.Schema);

        var entry = new Manager(writer.Manager, "Apply", kind.ApiVersion, writer.Subresource, Json.Stamp(writer.Now), wanted);
        if (mine is not null && mine.Fields.SameAs(wanted)) entry = entry with { Time = mine.Time };
        var remaining = Fields.Of(merged, kind.Schema);
        others = [.. others.Select(manager => manager with { Fields = manager.Fields.Where(path => remaining.ContainsOrInside(path)) })];
        Manager.Write(merged, [entry, .. others]);
        return merged;
    }

    // A writer may say itself who manages what, as who takes an object over does; saying nothing leaves it as it was.
    static List<Manager> Managers(JsonObject? before, JsonObject after) =>
        before is not null && after.At("metadata", "managedFields") is JsonArray { Count: > 0 } ? Manager.Of(after) : Manager.Of(before);

    static void RefuseConflicts(List<Manager> others, FieldSet changed)
    {
        var conflicts = others
            .SelectMany(manager => manager.Fields.Intersect(changed).Paths.Select(path => (manager, Path: Elements.Describe(path))))
            .ToList();
        if (conflicts.Count == 0) return;
        var causes = conflicts.Select(item => new Cause("FieldManagerConflict", $"conflict with {Describe(item.manager)}", item.Path)).ToList();
        throw ApiException.ApplyConflict(causes, Message(causes));
    }

    static string Describe(Manager manager)
    {
        var sub = manager.Subresource.Length > 0 ? $" with subresource \"{manager.Subresource}\"" : "";
        var version = manager.Operation == "Apply" ? "" : $" using {manager.ApiVersion}";
        return $"\"{manager.Name}\"{sub}{version}";
    }

    static string Message(List<Cause> causes)
    {
        var count = causes.Count == 1 ? "1 conflict" : $"{causes.Count} conflicts";
        var groups = causes.GroupBy(cause => cause.Message).ToList();
        if (groups.Count == 1)
        {
            var with = groups[0].Key.Replace("conflict with", "", StringComparison.Ordinal);
            return causes.Count == 1
                ? $"Apply failed with {count}: conflict with{with}: {causes[0].Field}"
                : $"Apply failed with {count}: conflicts with{with}:\n{Lines(groups[0])}";
        }

        return $"Apply failed with {count}: " + string.Join("\n", groups.Select(group =>
            $"conflicts with{group.Key.Replace("conflict with", "", StringComparison.Ordinal)}:\n{Lines(group)}"));
    }

    static string Lines(IEnumerable<Cause> causes) => string.Join("\n", causes.Select(cause => $"- {cause.Field}"));

    static FieldSet Strip(FieldSet fields) => fields.Where(path =>
        path[0] is not ("f:apiVersion" or "f:kind") && !(path[0] == "f:metadata" && (path.Count == 1 || Unowned.Contains(path[1][2..]))));
}
