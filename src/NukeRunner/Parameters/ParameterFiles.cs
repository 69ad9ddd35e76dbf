using System.Text.Json;
using Nuke.Common.IO;
using NukeRunner.Runs;

namespace NukeRunner.Parameters;

/// <summary><c>.nuke/parameters.json</c> and those of the profiles, nearest first.</summary>
internal sealed class ParameterFiles(AbsolutePath root)
{
    readonly List<Dictionary<string, string[]>> files = [];

    public void Load(IEnumerable<string> profiles)
    {
        files.Clear();
        foreach (var profile in profiles)
            Add($"parameters.{profile}.json", required: true);
        Add("parameters.json", required: false);
    }

    public string[]? Get(string name)
        => files.Select(x => x.GetValueOrDefault(ParameterName.Plain(name))).FirstOrDefault(x => x is not null);

    void Add(string name, bool required)
    {
        var path = root / ".nuke" / name;
        if (path.FileExists())
            files.Add(Read(path));
        else if (required)
            throw new RefusedException($"There is no profile {path}");
    }

    static Dictionary<string, string[]> Read(AbsolutePath path)
    {
        try
        {
            using var json = JsonDocument.Parse(
                path.ReadAllText(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement.EnumerateObject()
                .Where(x => x.Name != "$schema" && x.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(x => ParameterName.Plain(x.Name), x => Texts(x.Value), StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new RefusedException($"{path} is no object of parameters: {exception.Message}", exception);
        }
    }

    static string[] Texts(JsonElement value)
        => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(x => x.ToString())] : [value.ToString()];
}
