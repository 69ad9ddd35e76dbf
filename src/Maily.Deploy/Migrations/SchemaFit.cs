using System.Collections.Immutable;
using Maily.Deploy.Contracts;
using Maily.Deploy.Migrations.Replays;

namespace Maily.Deploy.Migrations;

/// <summary>Whether code and schema fit while a release goes from the old to the new, by what their contracts ask for.</summary>
/// <param name="Fact">What was tried.</param>
/// <param name="Problem">What does not fit; null where all does.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record SchemaFit(string Fact, string? Problem, string Remedy)
{
    const int Shown = 5;

    /// <summary>What no contract speaks for, and so was not tried; null where every service has one.</summary>
    public string? Unspoken { get; init; }

    /// <summary>The verdict on a release.</summary>
    public static SchemaFit Judge(ReplayedSchemas replayed) => Tried(replayed) with { Unspoken = UnspokenIn(replayed) };

    static SchemaFit Tried(ReplayedSchemas replayed)
    {
        var fact = $"what {replayed.Live.Contracts.Length} contracts of the live code ask for, and those of the new code, works on the new schema";
        if (!replayed.NextBreaks.IsEmpty)
            return new(fact, $"the new code does not work on the new schema: {Text(replayed.NextBreaks)}", "Correct the code, its contract or the migration.");
        if (replayed.Live.Unknown is { } unknown)
            return new(fact, $"it is not known whether the live code works on the new schema: {unknown}", "Fetch that commit, or deploy with --accept-downtime and a reason.");
        return replayed.Fits.LastOrDefault() is { Breaks.IsEmpty: false } last
            ? new(fact, $"the live code does not work on the new schema: {Text(last.Breaks)}",
                "Expand first: add what is new beside the old, release code that uses both, and contract in a later release; or deploy with --accept-downtime and a reason.")
            : new(fact, null, "");
    }

    /// <summary>Whether the live code works after a migration, by its contracts; where not every service has one, the statements' form decides too.</summary>
    public static CompatibilityVerdict Judge(MigrationFile file, ReplayedSchemas? replayed)
    {
        var form = BackwardCompatibility.Judge(file.Statements);
        if (replayed?.Fits.FirstOrDefault(fit => fit.File.Version == file.Version) is not { } fits || replayed.Live is { Contracts.IsEmpty: true })
            return form;
        if (!fits.Breaks.IsEmpty)
            return new(IsCompatible: false, $"the live code does not work after it: {Text(fits.Breaks)}");
        return replayed.Live.IsComplete ? new(IsCompatible: true, "the live code works after it, as its contracts show") : form;
    }

    // What a migration tightens or drops is in doubt then, whatever the other contracts say.
    static string? UnspokenIn(ReplayedSchemas replayed)
    {
        string[] missing = [.. replayed.Live.Missing.Union(replayed.NextMissing, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (missing.Length == 0)
            return null;
        var doubts = replayed.Fits.Select(fit => (fit.File.Title, Form: BackwardCompatibility.Judge(fit.File.Statements))).Where(file => !file.Form.IsCompatible).Select(file => $"{file.Title}: {file.Form.Reason}").ToArray();
        var shown = string.Join("; ", doubts.Take(Shown));
        return $"no contract speaks for {string.Join(", ", missing)}: whether their code works on the new schema is not tried"
            + (doubts.Length == 0 ? "" : $"; in doubt: {shown}{(doubts.Length > Shown ? $"; and {doubts.Length - Shown} more" : "")}");
    }

    static string Text(ImmutableArray<ContractBreak> breaks) =>
        $"{string.Join("; ", breaks.Take(Shown))}{(breaks.Length > Shown ? $"; and {breaks.Length - Shown} more" : "")}";
}
