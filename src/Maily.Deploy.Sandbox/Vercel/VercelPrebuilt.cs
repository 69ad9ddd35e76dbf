using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Reads an output of <c>vercel build</c> (Build Output API, version 3).</summary>
static class VercelPrebuilt
{
    public static VercelOutput Read(string output, IReadOnlyDictionary<string, string> environment)
    {
        var config = Config(output);
        return new VercelOutput
        {
            Root = output,
            StaticRoot = Path.Combine(output, "static"),
            Functions = [.. Functions(Path.Combine(output, "functions"), output)],
            Rules = [.. Rules(config["routes"])],
            Environment = environment,
        };
    }

    static JsonObject Config(string output)
    {
        var file = Path.Combine(output, "config.json");
        if (!File.Exists(file))
            throw new VercelBuildException("Config file was not found at \".vercel/output/config.json\"");
        var config = Json.ParseObject(File.ReadAllText(file));
        return config?["version"]?.ToString() == "3"
            ? config
            : throw new VercelBuildException("The \"version\" property in \".vercel/output/config.json\" must be 3");
    }

    static IEnumerable<VercelFunction> Functions(string functions, string output)
    {
        if (!Directory.Exists(functions))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(functions, "*.func", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var settings = Json.ParseObject(File.ReadAllText(Path.Combine(folder, ".vc-config.json")));
            if (settings.Text("runtime")?.StartsWith("nodejs", StringComparison.Ordinal) != true)
                throw new VercelBuildException($"{Path.GetFileName(folder)}: this stand-in runs functions on Node.js only");
            var handler = Path.Combine(folder, settings.Text("handler") ?? "index.js");
            yield return new VercelFunction(
                VercelPatterns.OfFunction(Path.GetRelativePath(functions, folder)), Path.GetRelativePath(output, handler));
        }
    }

    /// <summary>Those with a destination, up to the ones for errors; they count where no file answers.</summary>
    static IEnumerable<VercelRule> Rules(JsonNode? routes) =>
        (routes as JsonArray ?? []).OfType<JsonObject>()
            .TakeWhile(route => route.Text("handle") != "error")
            .Where(route => route.Text("src") is not null && (route.Text("dest") is not null || route["headers"] is JsonObject))
            .Select(route => new VercelRule(VercelPatterns.OfExpression(route.Text("src")!), route.Text("dest"), Headers(route)));

    static Dictionary<string, string> Headers(JsonObject route) =>
        (route["headers"] as JsonObject ?? []).ToDictionary(header => header.Key, header => header.Value?.ToString() ?? "", StringComparer.Ordinal);
}
