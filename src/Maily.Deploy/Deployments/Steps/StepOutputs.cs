using System.Collections.Immutable;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>Ids that a far side answered, by name: <c>digest</c>, <c>deploymentId</c>. Journalled, so never a secret.</summary>
public sealed record StepOutputs(ImmutableSortedDictionary<string, string> Values)
{
    /// <summary>No outputs.</summary>
    public static StepOutputs None { get; } = new(ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The value of that name, or null.</summary>
    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <summary>Outputs from pairs.</summary>
    public static StepOutputs Of(params IEnumerable<(string Name, string Value)> pairs) =>
        new(pairs.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));

    /// <inheritdoc/>
    public bool Equals(StepOutputs? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Count;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Values.Select(pair => $"{pair.Key} {pair.Value}"));
}
