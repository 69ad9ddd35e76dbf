using System.Collections.Immutable;

namespace Maily.Deploy.AiServices.Routing;

/// <summary>Which models answer which task, and how much they may be used.</summary>
public sealed record AiRouting
{
    /// <summary>The tasks by name.</summary>
    public required ImmutableSortedDictionary<string, AiTask> Tasks { get; init; }

    /// <summary>What all tasks together may cost in a month, in US dollars; null for no limit.</summary>
    public decimal? MonthlyBudget { get; init; }
}

/// <summary>One task of the product.</summary>
public sealed record AiTask
{
    /// <summary>The models in the order in which they are tried.</summary>
    public required ImmutableArray<AiModel> Models { get; init; }

    /// <summary>How many requests a minute may be sent; null for no limit.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>How many tokens a minute may be sent and received; null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>What it may cost in a month, in US dollars; null for no limit of its own.</summary>
    public decimal? MonthlyBudget { get; init; }
}

/// <summary>A model of a provider.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Name">The model's name there.</param>
public sealed record AiModel(AiProvider Provider, string Name)
{
    /// <summary><c>anthropic/claude-...</c>.</summary>
    public override string ToString() => $"{Provider.Id}/{Name}";
}
