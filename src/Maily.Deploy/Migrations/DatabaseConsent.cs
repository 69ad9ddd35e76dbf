using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>What somebody accepts about the database in one run, and why. It is journalled and reported.</summary>
public sealed record DatabaseConsent
{
    /// <summary>Nothing.</summary>
    public static DatabaseConsent None { get; } = new();

    /// <summary>That the schema is not what its migrations make.</summary>
    public bool Drift { get; init; }

    /// <summary>That live code does not work on the new schema, or old code on the present one.</summary>
    public bool Downtime { get; init; }

    /// <summary>That the backup is not restored to see whether it can be.</summary>
    public bool NoRestoreCheck { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What is accepted, for people.</summary>
    public ImmutableArray<string> Lines =>
    [
        .. from accepted in new (bool Is, string Text)[]
           {
               (Drift, "a schema that is not what its migrations make (--accept-drift)"),
               (Downtime, "code that does not work on the schema beside it (--accept-downtime)"),
               (NoRestoreCheck, "a backup of which nobody knows whether it can be restored (--skip-restore-check)"),
           }
           where accepted.Is
           select $"{accepted.Text}{(Reason is null ? "" : $": {Reason}")}",
    ];
}
