using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>One call of the API: the request, what its path names, and its JSON body.</summary>
sealed record VercelCall(HttpContext Http, Match Path, JsonNode? Json)
{
    public JsonObject Body => Json as JsonObject ?? [];

    public string this[string name] => Uri.UnescapeDataString(Path.Groups[name].Value);

    public string? Query(string name) => Http.Request.Query[name].FirstOrDefault();
}

/// <summary>A call that the API knows.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">The path, with named parts.</param>
/// <param name="Handle">Answers; <see langword="null"/> where it wrote the response itself.</param>
sealed record VercelRoute(string Method, Regex Path, Func<VercelCall, Task<VercelAnswer?>> Handle)
{
    /// <summary>A route from its versions, such as <c>v9|v10</c> or none, and a template such as <c>/projects/{id}</c>.</summary>
    public static VercelRoute Of(string method, string versions, string template, Func<VercelCall, VercelAnswer> handle) =>
        Of(method, versions, template, call => Task.FromResult<VercelAnswer?>(handle(call)));

    public static VercelRoute Of(string method, string versions, string template, Func<VercelCall, Task<VercelAnswer?>> handle)
    {
        var parts = template.Replace("{", "(?<", StringComparison.Ordinal).Replace("}", ">[^/]+)", StringComparison.Ordinal);
        var prefix = versions.Length == 0 ? "" : $"/(?:{versions})";
        var pattern = $"^{prefix}{parts}$";
        return new VercelRoute(method, new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), handle);
    }
}
