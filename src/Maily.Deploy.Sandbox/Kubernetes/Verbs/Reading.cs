using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Selection;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Gets one object, or lists many.</summary>
internal sealed class Reading(ClusterState state)
{
    public Task Get(ApiRequest request) =>
        request.Write(200, state.Store.Find(request.Key) ?? throw ApiException.NotFound(request.Path.Kind, request.Name));

    public async Task List(ApiRequest request)
    {
        var kind = request.Path.Kind;
        var (all, version) = Selected(request);
        var (page, next, remaining) = Page(all, request);
        if (Tables.IsAsked(request.Http))
        {
            await request.Http.Write(200, Tables.Of(kind, page, $"{version}", request.Now));
            return;
        }

        var meta = new JsonObject { ["resourceVersion"] = $"{version}" };
        if (next is not null) meta["continue"] = next;
        if (remaining > 0) meta["remainingItemCount"] = remaining;
        await request.Http.Write(200, new JsonObject
        {
            ["kind"] = $"{kind.Kind}List",
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = meta,
            ["items"] = new JsonArray([.. page.Select(obj => Item(obj, kind.IsCustom))]),
        });
    }

    public (IReadOnlyList<JsonObject> Items, long Version) Selected(ApiRequest request)
    {
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var fields = FieldSelector.Parse(request.Query("fieldSelector"));
        var (items, version) = state.Store.List(request.Path.Kind, request.Path.Namespace);
        return ([.. items.Where(obj => labels.Matches(obj.Labels()) && fields.Matches(obj))], version);
    }

    static (IReadOnlyList<JsonObject> Page, string? Next, int Remaining) Page(IReadOnlyList<JsonObject> all, ApiRequest request)
    {
        var after = request.Query("continue") is { } token ? Decode(token) : null;
        var rest = after is null ? all : [.. all.Where(obj => string.CompareOrdinal(Place(obj), after) > 0)];
        if (!int.TryParse(request.Query("limit"), out var limit) || limit <= 0 || rest.Count <= limit) return (rest, null, 0);
        var page = rest.Take(limit).ToList();
        return (page, Convert.ToBase64String(Encoding.UTF8.GetBytes(Place(page[^1]))), rest.Count - limit);
    }

    static string Decode(string token)
    {
        var bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length)) throw ApiException.BadRequest("continue key is not valid");
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    static string Place(JsonObject obj) => $"{obj.Namespace()}\u0000{obj.Name()}";

    // The real API leaves kind and apiVersion out of the items of typed lists.
    static JsonNode Item(JsonObject obj, bool isCustom)
    {
        var item = obj.Copy();
        if (isCustom) return item;
        item.Remove("kind");
        item.Remove("apiVersion");
        return item;
    }
}
