using System.Collections.Immutable;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>Finds what is unsafe about pending migrations: by squawk's rules, and by what they are seen to do on a scratch database.</summary>
/// <param name="target">The database that they are for; only read.</param>
/// <param name="squawk">squawk.</param>
/// <param name="replay">Runs them; null where there is no scratch server.</param>
public sealed class MigrationLint(DatabaseSettings target, Squawk squawk, SchemaReplay? replay)
{
    /// <summary>From which sizes on something matters.</summary>
    public SafetyThresholds Thresholds { get; init; } = new();

    /// <summary>The findings about <paramref name="pending"/>, which come after <paramref name="applied"/>.</summary>
    /// <exception cref="MigrationFailedException">A pending migration fails.</exception>
    public async Task<SafetyReport> RunAsync(ImmutableArray<MigrationFile> applied, ImmutableArray<MigrationFile> pending, CancellationToken cancellation)
    {
        if (pending.IsEmpty)
            return new([], 0);
        await using var connection = await new ReadOnlyDatabase(target).OpenAsync(cancellation);
        var replayed = replay is null ? null : await replay.RunAsync(applied, pending, cancellation);
        var facts = await TableFacts.ReadAsync(connection, cancellation);
        var rules = await squawk.FindAsync(pending, connection.PostgreSqlVersion.Major, cancellation);
        var findings = MigrationSafety.Judge(replayed?.Statements ?? [], facts, Thresholds).Concat(replayed?.DownFault is { } fault ? [Of(fault)] : []).Concat(rules ?? [Unchecked(pending[0])]);
        return new(Suppressions.Apply(findings, pending), replayed?.Statements.Length);
    }

    static MigrationFinding Of(DownFault fault) => new()
    {
        Rule = "down-script", Severity = FindingSeverity.Error, Path = fault.File.Path, Line = 1, Statement = "",
        Fact = $"its down script {Path.GetFileName(Path.GetDirectoryName(fault.Path))}/{Path.GetFileName(fault.Path)} does not undo it: {fault.Reason}", Remedy = "Correct the down script, or remove it.",
    };

    static MigrationFinding Unchecked(MigrationFile file) => new()
    {
        Rule = "squawk", Severity = FindingSeverity.Warning, Path = file.Path, Line = 1, Statement = "",
        Fact = "squawk could not be run, so that its rules were not checked", Remedy = "Install npm, then run `./build.sh Setup`.",
    };
}
