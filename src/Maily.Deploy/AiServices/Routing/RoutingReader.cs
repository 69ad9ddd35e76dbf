using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.AiServices.Routing;

/// <summary>Reads the routing file. All faults are found at once, each with its path.</summary>
public sealed partial class RoutingReader
{
    static readonly string[] Top = ["tasks", "monthlyBudget"];
    static readonly string[] OfTask = ["models", "requestsPerMinute", "tokensPerMinute", "monthlyBudget"];

    readonly List<string> faults = [];

    /// <summary>The routing that the file describes.</summary>
    /// <exception cref="MalformedRoutingException">It does not describe one; the error holds every fault.</exception>
    public static async Task<AiRouting> ReadAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new MalformedRoutingException(file, ["there is no such file"]);
        return Parse(file, await File.ReadAllTextAsync(file, cancellation));
    }

    /// <summary>The routing that the text describes.</summary>
    /// <exception cref="MalformedRoutingException">It does not describe one; the error holds every fault.</exception>
    public static AiRouting Parse(string file, string text)
    {
        var reader = new RoutingReader();
        var routing = reader.Read(Document(file, text));
        return reader.faults.Count == 0 ? routing : throw new MalformedRoutingException(file, [.. reader.faults]);
    }

    static JsonNode? Document(string file, string text)
    {
        try
        {
            return ManifestYaml.Documents(text).SingleOrDefault();
        }
        catch (Exception malformed) when (malformed is MalformedManifestException or InvalidOperationException or InvalidCastException)
        {
            throw new MalformedRoutingException(file, [malformed is MalformedManifestException { Evidence: { } where } ? $"it is no YAML: {where}" : "it is not one YAML document"]);
        }
    }

    AiRouting Read(JsonNode? document)
    {
        var json = Object(document, "the file", Top);
        var budget = Amount(json, "monthlyBudget", "");
        var tasks = json["tasks"] is JsonObject { Count: > 0 } named ? named : [];
        if (tasks.Count == 0)
            faults.Add("tasks: there is none");
        foreach (var name in tasks.Select(task => task.Key).Where(name => !Name().IsMatch(name)))
            faults.Add($"tasks.{name}: a task is named by lower-case letters, digits and hyphens");
        var read = tasks.ToImmutableSortedDictionary(task => task.Key, task => Task(task.Value, $"tasks.{task.Key}"), StringComparer.Ordinal);
        foreach (var (name, task) in read.Where(pair => pair.Value.MonthlyBudget > budget))
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"tasks.{name}.monthlyBudget: {task.MonthlyBudget} is more than the {budget} of all tasks together"));
        return new AiRouting { Tasks = read, MonthlyBudget = budget };
    }

    AiTask Task(JsonNode? node, string path)
    {
        var json = Object(node, path, OfTask);
        return new AiTask
        {
            Models = Models(json["models"], $"{path}.models"), RequestsPerMinute = Count(json, "requestsPerMinute", path),
            TokensPerMinute = Count(json, "tokensPerMinute", path), MonthlyBudget = Amount(json, "monthlyBudget", path),
        };
    }

    ImmutableArray<AiModel> Models(JsonNode? node, string path)
    {
        if (node is not JsonArray { Count: > 0 } list)
        {
            faults.Add($"{path}: it lists at least one provider/model, the one that is tried first at the top");
            return [];
        }

        var models = list.Select((entry, at) => Model(entry, $"{path}[{at}]")).ToList();
        foreach (var twice in models.OfType<AiModel>().GroupBy(model => model.ToString(), StringComparer.Ordinal).Where(group => group.Count() > 1))
            faults.Add($"{path}: {twice.Key} stands there twice");
        return [.. models.OfType<AiModel>()];
    }

    AiModel? Model(JsonNode? entry, string path)
    {
        if (entry is JsonValue value && value.TryGetValue<string>(out var text) && text.Split('/', 2) is [var id, { Length: > 0 } model])
        {
            if (AiProvider.All.FirstOrDefault(provider => provider.Id == id) is { } provider)
                return new AiModel(provider, model);
            faults.Add($"{path}: {id} is no provider; they are {string.Join(", ", AiProvider.All.Select(provider => provider.Id))}");
        }
        else
        {
            faults.Add($"{path}: it is not of the form provider/model");
        }

        return null;
    }

    JsonObject Object(JsonNode? node, string path, string[] known)
    {
        if (node is not JsonObject json)
        {
            faults.Add($"{path}: it holds {string.Join(", ", known)}");
            return [];
        }

        var prefix = path == "the file" ? "" : $"{path}.";
        faults.AddRange(json.Select(pair => pair.Key).Where(key => !known.Contains(key)).Select(key => $"{prefix}{key}: is not known; known are {string.Join(", ", known)}"));
        return json;
    }

    long? Count(JsonObject json, string field, string path)
    {
        if (json[field] is not { } node)
            return null;
        if (node is JsonValue value && value.TryGetValue<long>(out var count) && count > 0)
            return count;
        faults.Add($"{path}.{field}: it is a whole number above 0");
        return null;
    }

    decimal? Amount(JsonObject json, string field, string path)
    {
        if (json[field] is not { } node)
            return null;
        if (node.GetValueKind() == JsonValueKind.Number && decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && amount > 0)
            return amount;
        faults.Add($"{(path.Length == 0 ? "" : path + ".")}{field}: it is an amount of US dollars above 0");
        return null;
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}

/// <summary>The routing file does not say which model answers what.</summary>
public sealed class MalformedRoutingException(string file, ImmutableArray<string> faults)
    : DeployException($"{Path.GetFileName(file)} has {faults.Length} {(faults.Length == 1 ? "fault" : "faults")}: {string.Join("; ", faults)}.", $"Correct {file}.")
{
    /// <summary>Each with its path.</summary>
    public ImmutableArray<string> Faults { get; } = faults;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
