using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Finds what sources serve, by Vercel's zero-configuration rules and vercel.json.</summary>
static class VercelSources
{
    public static VercelOutput Read(string folder, VercelSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        var functions = Functions(folder);
        var staticRoot = StaticRoot(folder, settings);
        return new VercelOutput
        {
            Root = folder,
            StaticRoot = staticRoot,
            HidesSources = staticRoot == folder,
            Functions = functions,
            Rules = [.. Rules(settings.Config["rewrites"]), .. Rules(settings.Config["headers"])],
            CleanUrls = settings.Config.Flag("cleanUrls") ?? false,
            Environment = environment,
        };
    }

    static string StaticRoot(string folder, VercelSettings settings)
    {
        if (settings.OutputDirectory is { } named)
        {
            var chosen = Path.Combine(folder, named);
            return Directory.Exists(chosen)
                ? chosen
                : throw new VercelBuildException($"No Output Directory named \"{named}\" found after the Build completed.");
        }

        var common = Path.Combine(folder, "public");
        if (Directory.Exists(common))
            return common;
        return settings.BuildCommand is null
            ? folder
            : throw new VercelBuildException("No Output Directory named \"public\" found after the Build completed.");
    }

    static List<VercelFunction> Functions(string folder)
    {
        var api = Path.Combine(folder, "api");
        if (!Directory.Exists(api))
            return [];
        var files = Directory.EnumerateFiles(api, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Where(path => !path.Split('/').Any(part => part.StartsWith('_') || part.StartsWith('.') || part == "node_modules"))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Find(path => path.EndsWith(".ts", StringComparison.Ordinal) && !path.EndsWith(".d.ts", StringComparison.Ordinal)) is { } typed)
            throw new VercelBuildException($"{typed}: this stand-in compiles no TypeScript: deploy the output of `vercel build`");
        return [.. files.Where(IsScript).Select(path => new VercelFunction(VercelPatterns.OfFunction(path), path))];
    }

    static bool IsScript(string path) => Path.GetExtension(path) is ".js" or ".mjs" or ".cjs";

    static IEnumerable<VercelRule> Rules(JsonNode? rules) =>
        (rules as JsonArray ?? []).OfType<JsonObject>()
            .Where(rule => rule.Text("source") is not null)
            .Select(rule => new VercelRule(VercelPatterns.OfSource(rule.Text("source")!), rule.Text("destination"), Headers(rule["headers"])));

    static Dictionary<string, string> Headers(JsonNode? headers) =>
        (headers as JsonArray ?? []).OfType<JsonObject>()
            .ToDictionary(header => header.Text("key") ?? "", header => header.Text("value") ?? "", StringComparer.OrdinalIgnoreCase);
}
