using System.Collections.Immutable;

namespace Maily.Deploy.Deployments.Plans;

/// <summary>What a plan says of one thing on a far side.</summary>
public enum PlannedAction
{
    /// <summary>It stays as it is.</summary>
    Unchanged,

    /// <summary>It is made.</summary>
    Create,

    /// <summary>It is changed.</summary>
    Change,

    /// <summary>It is removed.</summary>
    Prune,

    /// <summary>It would be removed, but stays; the note says why.</summary>
    Keep,

    /// <summary>The far side refuses it; the note says why.</summary>
    Refused,
}

/// <summary>One field of a planned change; values are short, and never a secret.</summary>
/// <param name="Path">The field: <c>.spec.replicas</c>.</param>
/// <param name="From">Its value now; null for none.</param>
/// <param name="To">Its value afterwards; null where it goes.</param>
public sealed record PlannedField(string Path, string? From, string? To)
{
    /// <summary>The field in one line: <c>.spec.replicas: 2 -> 3</c>.</summary>
    public override string ToString() => (From, To) switch
    {
        (null, _) => $"{Path}: {To} (new)",
        (_, null) => $"{Path}: {From} (goes)",
        _ => $"{Path}: {From} -> {To}",
    };
}

/// <summary>What becomes of one thing on a far side, and what that rests on.</summary>
/// <param name="Subject">The thing: <c>Deployment maily/api</c>.</param>
/// <param name="Action">What becomes of it.</param>
public sealed record PlannedChange(string Subject, PlannedAction Action)
{
    /// <summary>What changes.</summary>
    public ImmutableArray<PlannedField> Fields { get; init; } = [];

    /// <summary>More about it, in one sentence.</summary>
    public string? Note { get; init; }

    /// <summary>Which one it is on the far side, so that another one in its place is noticed: a uid.</summary>
    public string? Identity { get; init; }

    /// <summary>Its state that the plan was made from: a hash, or a version where a hash would tell a secret. Null where there was none.</summary>
    public string? Before { get; init; }

    /// <summary>A hash of what is wanted.</summary>
    public string? After { get; init; }

    internal string Basis => $"{Action} {Identity} {Before} {After}";
}

/// <summary>What a step would change, thing by thing.</summary>
/// <param name="Changes">All things that the step looks at, those that stay as they are included.</param>
public sealed record StepPreview(ImmutableArray<PlannedChange> Changes)
{
    /// <summary>How many things stay, are made and so on: <c>1 create, 2 change, 9 unchanged</c>.</summary>
    public string Summary => Changes.IsEmpty ? "nothing" : string.Join(", ", Changes.GroupBy(change => change.Action)
        .OrderBy(group => group.Key == PlannedAction.Unchanged).ThenBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));

    /// <summary>Without the run's secrets, wherever a manifest may have quoted one.</summary>
    internal StepPreview Redacted(Func<string, string> redact) => new(
    [
        .. Changes.Select(change => change with
        {
            Note = change.Note is null ? null : redact(change.Note),
            Fields = [.. change.Fields.Select(part => part with { From = part.From is null ? null : redact(part.From), To = part.To is null ? null : redact(part.To) })],
        }),
    ]);

    /// <summary>What does not stay as it is, for people.</summary>
    public IEnumerable<string> Lines => Changes.Where(change => change.Action != PlannedAction.Unchanged).SelectMany(change =>
        change.Fields.Select(part => $"  {part}").Prepend($"{change.Action.ToString().ToLowerInvariant()} {change.Subject}{(change.Note is null ? "" : $" ({change.Note})")}"));
}
