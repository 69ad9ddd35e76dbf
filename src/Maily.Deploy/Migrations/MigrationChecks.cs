using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Migrations;

/// <summary>What Validate asks about pending migrations, on a scratch database. The target is only read.</summary>
public static class MigrationChecks
{
    /// <summary>The area of the checks.</summary>
    public const string Area = "Migrations";

    const int Shown = 5;

    static readonly string[] Stages = [MigrateStage.Name];
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>The checks.</summary>
    /// <param name="settings">The database.</param>
    /// <param name="options">Its migrations.</param>
    /// <param name="squawk">squawk.</param>
    /// <param name="replay">Runs migrations; null where no scratch server is named.</param>
    /// <param name="consent">What somebody accepts.</param>
    public static IEnumerable<Check> For(DatabaseSettings settings, MigrationOptions options, Squawk squawk, SchemaReplay? replay, DatabaseConsent consent)
    {
        Check Asking(string name, Func<MigrationSituation, CancellationToken, Task<CheckResult>> ask) => new(Area, name, async cancellation =>
            await MigrationSituation.ReadAsync(settings, options, null, cancellation) is { Pending.IsEmpty: false } situation
                ? await ask(situation, cancellation) : CheckResult.Pass("no migration is pending")) { Stages = Stages, Timeout = Limit };

        yield return new(Area, "scratch server", cancellation => ScratchAsync(settings, replay, consent, cancellation)) { Stages = [BackupStage.Name, MigrateStage.Name] };
        yield return Asking("safety", (situation, cancellation) => SafetyAsync(settings, situation, squawk, replay, consent, cancellation));
        yield return Asking("drift", (situation, cancellation) => WhereTheyRunAsync(
            () => DriftAsync(settings, situation, replay, consent, cancellation), "whether somebody has changed the schema by hand", consent));
        yield return Asking("schema fits code", (situation, cancellation) => WhereTheyRunAsync(
            () => FitAsync(situation, replay, consent, cancellation), "whether the live code and the new code work on the new schema", consent));
    }

    static async Task<CheckResult> ScratchAsync(DatabaseSettings settings, SchemaReplay? replay, DatabaseConsent consent, CancellationToken cancellation)
    {
        if (replay is null)
            return consent.NoRestoreCheck
                ? CheckResult.Warn($"{ScratchServer.UrlVariable} names none: backups are not restored to be checked, migrations are not tried", $"Name one by {ScratchServer.UrlVariable}.")
                : CheckResult.Fail($"{ScratchServer.UrlVariable} names none, on which backups are restored and migrations are tried",
                    $"Name a server of the same version, with the same extensions and roles, by {ScratchServer.UrlVariable}; or give up these checks with --skip-restore-check.");
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        var fitting = await replay.Server.FitAsync(connection, cancellation);
        return CheckResult.Pass($"{replay.Server.Settings} fits: PostgreSQL {fitting.Major}, {fitting.Extensions.Length} extensions");
    }

    // Once is enough: the first check says where and why.
    static async Task<CheckResult> WhereTheyRunAsync(Func<Task<CheckResult>> ask, string question, DatabaseConsent consent)
    {
        try
        {
            return await ask();
        }
        catch (MigrationFailedException)
        {
            return CheckResult.Skip("a pending migration fails");
        }
        catch (ReplayFailedException failed) when (consent.Drift)
        {
            return CheckResult.Warn($"{question} is not checked. {failed.Fact}", $"Accepted: {consent.Reason}");
        }
    }

    static async Task<CheckResult> SafetyAsync(DatabaseSettings settings, MigrationSituation situation, Squawk squawk, SchemaReplay? replay, DatabaseConsent consent, CancellationToken cancellation)
    {
        Task<SafetyReport> RunAsync(SchemaReplay? on) => new MigrationLint(settings, squawk, on).RunAsync(situation.Applied, situation.Pending, cancellation);
        try
        {
            return Safety(await RunAsync(replay), "no scratch server");
        }
        catch (ReplayFailedException failed) when (consent.Drift)
        {
            var rules = Safety(await RunAsync(null), "the applied migrations cannot be replayed");
            if (rules.Outcome == CheckOutcome.Failed)
                return rules;
            var fact = $"what the migrations lock, rewrite and scan is not checked, nor their down scripts, only their form. {failed.Fact}";
            return CheckResult.Warn(rules.Outcome == CheckOutcome.Warning ? $"{fact} {rules.Fact}" : fact, $"Accepted: {consent.Reason}");
        }
    }

    static CheckResult Safety(SafetyReport report, string whyNotMeasured)
    {
        var (errors, warnings) = (report.Of(FindingSeverity.Error), report.Of(FindingSeverity.Warning));
        var seen = report.Measured is { } count ? $"{count} statements measured" : $"not measured: {whyNotMeasured}";
        if (!errors.IsEmpty)
            return CheckResult.Fail(Text(errors), $"{errors[0].Remedy} `./build.sh LintMigrations` lists all; `-- maily-ignore {errors[0].Rule}: why` before the statement accepts it");
        return warnings.IsEmpty ? CheckResult.Pass($"{seen}, nothing unsafe") : CheckResult.Warn($"{seen}; {Text(warnings)}", "`./build.sh LintMigrations` lists all.");
    }

    static string Text(ImmutableArray<MigrationFinding> findings) =>
        $"{string.Join("; ", findings.Take(Shown))}{(findings.Length > Shown ? $"; and {findings.Length - Shown} more" : "")}";

    static async Task<CheckResult> FitAsync(MigrationSituation situation, SchemaReplay? replay, DatabaseConsent consent, CancellationToken cancellation)
    {
        if (replay is null)
            return CheckResult.Skip("no scratch server");
        var replayed = await replay.RunAsync(situation.Applied, situation.Pending, cancellation);
        var verdict = SchemaFit.Judge(replayed);
        return verdict is { Problem: null, Unspoken: { } unspoken } ? CheckResult.Warn($"{verdict.Fact}; {unspoken}", "Record a contract.json with the tests of each.")
            : verdict.Problem is null ? CheckResult.Pass(verdict.Fact)
            : consent.Downtime ? CheckResult.Warn(verdict.Problem, $"Accepted: {consent.Reason}")
            : CheckResult.Fail(verdict.Problem, verdict.Remedy);
    }

    static async Task<CheckResult> DriftAsync(DatabaseSettings settings, MigrationSituation situation, SchemaReplay? replay, DatabaseConsent consent, CancellationToken cancellation)
    {
        if (replay is null)
            return CheckResult.Skip("no scratch server");
        var differences = await new SchemaDrift(settings, replay).FindAsync(situation.Applied, situation.Pending, cancellation);
        if (differences.IsEmpty)
            return CheckResult.Pass("the schema is what its migrations make");
        var fact = $"the schema is not what its migrations make: {string.Join("; ", differences.Take(Shown))}{(differences.Length > Shown ? $"; and {differences.Length - Shown} more" : "")}";
        return consent.Drift ? CheckResult.Warn(fact, $"Accepted: {consent.Reason}")
            : CheckResult.Fail(fact, "Write a migration that does the same (`supabase db diff`), or undo it in the database; --accept-drift with --reason deploys all the same.");
    }
}
