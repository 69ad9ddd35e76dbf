using System.Collections.Immutable;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.AiServices.Routing;

/// <summary>Whether the routing file is right, and every model in it is one that the keys may use.</summary>
public static class RoutingChecks
{
    const int Named = 8;

    static FarSideOptions Quick { get; } = new() { Tries = 2, TryTimeout = TimeSpan.FromSeconds(4) };

    /// <summary>The check, which names all faults at once.</summary>
    public static ImmutableArray<Check> For(string file, Variables variables, HttpClient http, TimeProvider time, FarSideOptions? options = null) =>
    [
        new("AI providers", "routing", cancellation => CompareAsync(file, new ModelLists(variables, http, time, options ?? Quick), cancellation)) { Stages = ["DeployAiServices"] },
    ];

    static async Task<CheckResult> CompareAsync(string file, ModelLists lists, CancellationToken cancellation)
    {
        var routing = await RoutingReader.ReadAsync(file, cancellation);
        var providers = routing.Tasks.Values.SelectMany(task => task.Models).Select(model => model.Provider).DistinctBy(provider => provider.Id).ToArray();
        var found = await Task.WhenAll(providers.Select(provider => lists.FindAsync(provider, cancellation)));
        var known = providers.Zip(found).ToDictionary(pair => pair.First.Id, pair => pair.Second, StringComparer.Ordinal);
        var faults = routing.Tasks.SelectMany(task => task.Value.Models.Select((model, at) => FaultOf(model, $"tasks.{task.Key}.models[{at}]", known[model.Provider.Id]))).OfType<string>().ToArray();
        if (faults.Length > 0)
            return CheckResult.Fail($"{Path.GetFileName(file)}: {string.Join("; ", faults)}", $"Name other models in {file}, or a key that may use these.");
        var unasked = providers.Where(provider => known[provider.Id] is null).Select(provider => provider.Name).ToArray();
        return unasked.Length == 0 ? CheckResult.Pass($"{routing.Tasks.Count} tasks, every model is there")
            : CheckResult.Warn($"the models of {string.Join(", ", unasked)} could not be compared", "See the checks of these providers.");
    }

    static string? FaultOf(AiModel model, string path, ImmutableSortedSet<string>? known) =>
        known is null || known.Contains(model.Name) ? null : $"{path}: {model.Provider.Name} has no {model.Name} for this key; it has {Nearest(model.Name, known)}";

    // Those that begin alike first: a version was mistyped, or is gone.
    static string Nearest(string name, ImmutableSortedSet<string> known)
    {
        var nearest = known.OrderByDescending(other => other.Zip(name).TakeWhile(pair => pair.First == pair.Second).Count()).ThenBy(other => other, StringComparer.Ordinal).Take(Named).ToArray();
        return nearest.Length == 0 ? "none" : $"{string.Join(", ", nearest)}{(known.Count > nearest.Length ? $" and {known.Count - nearest.Length} more" : "")}";
    }
}
