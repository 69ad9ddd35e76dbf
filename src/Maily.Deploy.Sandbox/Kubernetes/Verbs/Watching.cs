using System.Text.Json.Nodes;
using System.Threading.Channels;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Selection;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Streams changes as they happen, from a version on.</summary>
internal sealed class Watching(ClusterState state)
{
    public async Task Watch(ApiRequest request)
    {
        var channel = Channel.CreateUnbounded<JsonObject>();
        var filter = new Filter(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Cancelled);
        if (int.TryParse(request.Query("timeoutSeconds"), out var seconds) && seconds > 0) stop.CancelAfter(TimeSpan.FromSeconds(seconds));
        request.Http.Response.ContentType = "application/json";
        await request.Http.Response.StartAsync(request.Cancelled);
        try
        {
            using var following = Follow(request, filter, channel.Writer);
            await Stream(request, channel.Reader, stop.Token);
        }
        catch (ApiException expired)
        {
            await Write(request, new JsonObject { ["type"] = "ERROR", ["object"] = expired.Body() });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The time that the client gave is over, or the client is gone: the end of a watch, not a fault.
            await request.Http.Response.CompleteAsync();
        }
    }

    IDisposable Follow(ApiRequest request, Filter filter, ChannelWriter<JsonObject> changes)
    {
        if (long.TryParse(request.Query("resourceVersion"), out var since) && since > 0)
            return state.Store.Follow(since, change => Tell(filter.Of(change)));
        var (items, version) = new Reading(state).Selected(request);
        foreach (var item in items) Tell(Event("ADDED", item, request));
        return state.Store.Follow(version, change => Tell(filter.Of(change)));

        void Tell(JsonObject? change)
        {
            if (change is not null) changes.TryWrite(change);
        }
    }

    async Task Stream(ApiRequest request, ChannelReader<JsonObject> changes, CancellationToken stop)
    {
        await request.Http.Response.Body.FlushAsync(stop);
        Task<bool>? next = null;
        while (true)
        {
            next ??= changes.WaitToReadAsync(stop).AsTask();
            if (request.IsSet("allowWatchBookmarks") && await IsQuiet(next, stop))
            {
                await Write(request, Bookmark(request));
                continue;
            }

            await next;
            next = null;
            while (changes.TryRead(out var change)) await Write(request, change);
        }
    }

    async Task<bool> IsQuiet(Task next, CancellationToken stop)
    {
        var pause = Task.Delay(state.Options.BookmarkEvery, state.Options.Time, stop);
        return await Task.WhenAny(next, pause) == pause && pause.IsCompletedSuccessfully;
    }

    JsonObject Bookmark(ApiRequest request)
    {
        var mark = request.Path.Kind.NewObject();
        mark.Meta()["resourceVersion"] = $"{state.Store.Version}";
        return new JsonObject { ["type"] = "BOOKMARK", ["object"] = mark };
    }

    static async Task Write(ApiRequest request, JsonObject change)
    {
        await request.Http.Response.WriteAsync(change.ToJsonString(Answers.Plain) + "\n", request.Cancelled);
        await request.Http.Response.Body.FlushAsync(request.Cancelled);
    }

    static JsonObject Event(string type, JsonObject obj, ApiRequest request) => new()
    {
        ["type"] = type,
        ["object"] = request.Shown(obj),
    };

    /// <summary>Turns a change of the store into what this watcher sees: an object that leaves its selection is deleted to it.</summary>
    sealed class Filter(ApiRequest request)
    {
        readonly LabelSelector labels = LabelSelector.Parse(request.Query("labelSelector"));
        readonly FieldSelector fields = FieldSelector.Parse(request.Query("fieldSelector"));

        public JsonObject? Of(StoredEvent change)
        {
            if (!change.Kind.Equals(request.Path.Kind)) return null;
            if (request.Path.Namespace is { } ns && change.Object.Namespace() != ns) return null;
            if (request.Path.Name is { } name && change.Object.Name() != name) return null;
            var was = change.Before is not null && Fits(change.Before);
            var isNow = change.Type != ChangeType.Deleted && Fits(change.Object);
            return (was, isNow) switch
            {
                (false, true) => Event("ADDED", change.Object, request),
                (true, true) => Event("MODIFIED", change.Object, request),
                (true, false) => Event("DELETED", change.Object, request),
                _ => null,
            };
        }

        bool Fits(JsonObject obj) => labels.Matches(obj.Labels()) && fields.Matches(obj);
    }
}
