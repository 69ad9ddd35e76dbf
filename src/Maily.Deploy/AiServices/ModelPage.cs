using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.AiServices;

/// <summary>One page of a provider's list of models.</summary>
/// <param name="Models">The models' names, as requests name them.</param>
/// <param name="Next">The query of the next page; null at the end.</param>
sealed record ModelPage(ImmutableArray<string> Models, string? Next)
{
    /// <summary>
    /// Reads the forms of all three: <c>data[].id</c> with <c>has_more</c> and <c>last_id</c> (OpenAI, Anthropic), and
    /// <c>models[].name</c> with <c>nextPageToken</c> (Google).
    /// </summary>
    public static ModelPage Read(JsonObject? body) => new(
        [
            .. body.Objects("data").Select(model => model.Text("id")).OfType<string>(),
            .. body.Objects("models").Select(model => model.Text("name")).OfType<string>().Select(name => name["models/".Length..]),
        ],
        body.IsTrue("has_more") && body.Text("last_id") is { } last ? $"?after_id={Uri.EscapeDataString(last)}"
            : body.Text("nextPageToken") is { Length: > 0 } token ? $"?pageToken={Uri.EscapeDataString(token)}" : null);
}
