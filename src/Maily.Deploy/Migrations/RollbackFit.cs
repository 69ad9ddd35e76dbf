using System.Collections.Immutable;
using Maily.Deploy.Contracts;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Tries whether the code that a rollback goes back to works on the schema that it leaves: the present one without the migrations that
/// are undone. A migration that the release before could live with need not suit an older one.
/// </summary>
/// <param name="settings">The database; only read.</param>
/// <param name="options">Its migrations.</param>
/// <param name="replay">Makes schemas on a scratch database.</param>
/// <param name="contracts">What code asks for.</param>
/// <param name="acceptsDowntime">Whether somebody accepts that it does not.</param>
public sealed class RollbackFit(DatabaseSettings settings, MigrationOptions options, SchemaReplay replay, ReleaseContracts contracts, bool acceptsDowntime)
{
    /// <summary>The answer. A rollback is urgent: where it cannot be known, that is said and is no reason to refuse.</summary>
    public async Task<CheckResult> CheckAsync(RollbackPlan plan, ImmutableArray<JournalState> journals, CancellationToken cancellation)
    {
        if (plan.Target is not { } target)
            return CheckResult.Pass("no code is live afterwards");
        try
        {
            var asked = await contracts.OfAsync(target.Commit, cancellation);
            if (asked.Unknown is { } unknown)
                return CheckResult.Warn($"Whether the code of {target.Deployment} works on the schema is not known: {unknown}", "");
            var situation = await MigrationSituation.ReadAsync(settings, options, null, cancellation);
            var undone = journals.SelectMany(Undone).ToImmutableHashSet(StringComparer.Ordinal);
            await using var scratch = await replay.BuildAsync([.. situation.Applied.Where(file => !undone.Contains(file.Version))], cancellation);
            await using var connection = await scratch.OpenAsync(cancellation);
            return Of(target.Deployment, asked, await new ContractRun(connection).TryAsync(asked.Contracts, cancellation));
        }
        catch (DeployException unknown)
        {
            return CheckResult.Warn($"Whether the code of {target.Deployment} works on the schema cannot be tried: {unknown.Fact}", "");
        }
    }

    CheckResult Of(DeploymentId target, LiveContracts asked, ImmutableArray<ContractBreak> breaks) =>
        breaks.IsEmpty ? CheckResult.Pass($"{asked.Contracts.Length} contracts of {target} work on the schema that the rollback leaves")
        : acceptsDowntime ? CheckResult.Warn($"The code of {target} does not work on the schema that the rollback leaves: {string.Join("; ", breaks)}", "")
        : CheckResult.Fail($"The code of {target} does not work on the schema that the rollback leaves: {string.Join("; ", breaks)}.",
            "Go back to a later release, write down scripts for the migrations in between, or add --accept-downtime with a reason.");

    // Those that policy keeps stay; all others are undone, or stop the rollback.
    static IEnumerable<string> Undone(JournalState journal) => journal.Steps.Values
        .Where(step => step.Id.Stage == MigrateStage.Name && step.RestorePoint is not null)
        .Select(step => step.RestorePoint!.Read<MigrationRestorePoint>()).Where(point => !point.IsCompatible).Select(point => point.Version);
}
