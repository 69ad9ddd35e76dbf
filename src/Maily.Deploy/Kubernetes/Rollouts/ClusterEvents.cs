using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>What a part of the cluster said about an object.</summary>
/// <param name="Reason">Its word: <c>Unhealthy</c>.</param>
/// <param name="Message">Its sentence.</param>
/// <param name="At">When it said so last, by the cluster's clock.</param>
public sealed record ClusterEvent(string Reason, string Message, DateTimeOffset At);

/// <summary>The events of a namespace, by the object that they are about.</summary>
public sealed class ClusterEvents
{
    readonly ILookup<string, ClusterEvent> byObject;

    ClusterEvents(ILookup<string, ClusterEvent> byObject) => this.byObject = byObject;

    /// <summary>No events.</summary>
    public static ClusterEvents None { get; } = Of([]);

    /// <summary>Reads objects of the kind Event.</summary>
    public static ClusterEvents Of(IEnumerable<KubernetesObject> events) => new(events
        .Where(item => item.Json.Text("involvedObject", "uid") is not null)
        .Select(item => (Uid: item.Json.Text("involvedObject", "uid")!, Event: new ClusterEvent(item.Json.Text("reason") ?? "", (item.Json.Text("message") ?? "").Trim(), TimeOf(item.Json))))
        .OrderBy(item => item.Event.At).ToLookup(item => item.Uid, item => item.Event, StringComparer.Ordinal));

    /// <summary>What was said last about an object with one of the reasons, or null.</summary>
    public ClusterEvent? Last(KubernetesObject about, params string[] reasons) => About(about).LastOrDefault(said => reasons.Contains(said.Reason));

    /// <summary>All that was said about an object, the last at the end.</summary>
    public ImmutableArray<ClusterEvent> About(KubernetesObject item) => item.Uid is { } uid ? [.. byObject[uid]] : [];

    // Older writers fill lastTimestamp, newer ones eventTime and, when they repeat themselves, a series.
    static DateTimeOffset TimeOf(JsonObject json) =>
        new[] { json.Text("series", "lastObservedTime"), json.Text("lastTimestamp"), json.Text("eventTime"), json.Text("metadata", "creationTimestamp") }
            .Select(text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : DateTimeOffset.MinValue).Max();
}
