using System.Text;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Migrations;

/// <summary>The way back of a migration, by the database's policy: kept, undone by its down script, or left to a person. A restore only where a person asked for it.</summary>
sealed class MigrationCompensator(DatabaseSettings settings, MigrationOptions options) : ICompensator
{
    public const string TypeName = "postgres.migration";

    public string Type => TypeName;

    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<MigrationRestorePoint>();
        var title = $"{point.Version}_{point.Name}";
        var state = await MigrationState.ReadAsync(settings, point.Version, cancellation);
        if (state.Mark is not { } mark || mark.Deployment != context.Deployment.Id.Value)
            return CompensationResult.Undone(state.IsInHistory ? $"{title} was applied by another hand, not by this deployment." : $"{title} is not applied.");
        // Removed from the history since, by hand or by a restore, perhaps one that was stopped before it had looked outside.
        if (mark.IsWhole && !state.IsInHistory)
            return await UndoneAsync(point, $"{title} is not in the history any more.", cancellation);
        if (!state.IsInHistory && mark.StatementsDone == 0 && point.FirstIndex is { } begun && options is { RestoresBackup: false, Policy: not MigrationPolicy.AskPerson })
            return await DropBegunAsync(context, point, begun, title, cancellation);
        return Decide(point, isWhole: state.IsInHistory) switch
        {
            WayBack.Restore => await RestoreAsync(context, point, title, cancellation),
            WayBack.Keep => CompensationResult.Kept($"{title} stays: {point.Reason}."),
            WayBack.Down => await DownAsync(context, point, title, cancellation),
            WayBack.RestoreIfUntouched => await RestoreIfUntouchedAsync(context, point, title, cancellation),
            _ when !state.IsInHistory => NeedsPerson(point, $"{mark.StatementsDone} of {point.Statements} statements of {title} are applied, and where the next one runs outside of transactions, it may be applied or half applied too"),
            _ => NeedsPerson(point, $"{title} is applied and has no way back of its own ({point.Reason})"),
        };
    }

    enum WayBack
    {
        Keep,
        Down,
        Restore,
        RestoreIfUntouched,
        Person,
    }

    // A migration that is half done is never kept: the next deployment would begin it again from its start.
    WayBack Decide(MigrationRestorePoint point, bool isWhole)
    {
        if (options.RestoresBackup && point.Backup is not null)
            return WayBack.Restore;
        var (keep, down) = (isWhole && point.IsCompatible, point.DownSql is not null);
        var last = isWhole && point.Backup is not null ? WayBack.RestoreIfUntouched : WayBack.Person;
        return options.Policy switch
        {
            MigrationPolicy.KeepCompatible => keep ? WayBack.Keep : down ? WayBack.Down : last,
            MigrationPolicy.PreferDown => down ? WayBack.Down : keep ? WayBack.Keep : last,
            _ => WayBack.Person,
        };
    }

    // The newest migration comes first and takes the older ones along: each finds itself out of the history then.
    async Task<CompensationResult> RestoreAsync(StepContext context, MigrationRestorePoint point, string title, CancellationToken cancellation)
    {
        await new DatabaseRestore(new(settings, context.Permit), new ProcessRunner(context.Deployment.Time)) { Options = options.Backups }.RunAsync(options.BackupAt(point.Backup!), cancellation);
        var after = await MigrationState.ReadAsync(settings, point.Version, cancellation);
        return after.IsInHistory
            ? NeedsPerson(point, $"{title} is still in the history after the backup was restored")
            : await UndoneAsync(point, $"{title} is undone by the backup {point.Backup}: rows written since are lost, as was asked for.", cancellation);
    }

    async Task<CompensationResult> RestoreIfUntouchedAsync(StepContext context, MigrationRestorePoint point, string title, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        try
        {
            var situation = await MigrationSituation.ReadAsync(settings, options, deployment.Id.Value, cancellation);
            await new UntouchedRestore(new(settings, context.Permit), options.Scratch, options.Backups, new ProcessRunner(deployment.Time), deployment.Time)
                .RunAsync(options.BackupAt(point.Backup!), situation.Own, cancellation);
        }
        catch (DeployException refused) when (refused is RowsWrittenException or BackupDamagedException or BackupKeyMissingException or ScratchUnfitException or MigrationFailedException or MissingLocalMigrationsException)
        {
            return NeedsPerson(point, $"{title} is applied and has no way back of its own ({point.Reason}). {refused.Fact.TrimEnd('.')}");
        }

        return await UndoneAsync(point, $"{title} is undone by the backup {point.Backup}: nobody had written since.", cancellation);
    }

    // A restore leaves Supabase's schemas as they are, and what the migration has made there.
    async Task<CompensationResult> UndoneAsync(MigrationRestorePoint point, string fact, CancellationToken cancellation)
    {
        var left = point.Backup is { } backup && await options.BackupAt(backup).FindReceiptAsync(cancellation) is { } receipt ? await OutsideChanges.SinceAsync(settings, receipt, cancellation) : null;
        return left is null ? CompensationResult.Undone(fact) : CompensationResult.NeedsPerson($"{fact} {left}");
    }

    async Task<CompensationResult> DownAsync(StepContext context, MigrationRestorePoint point, string title, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        var down = MigrationFolder.Parse(point.DownPath!, Encoding.UTF8.GetBytes(point.DownSql!));
        try
        {
            await new MigrationRunner(new(settings, context.Permit), deployment.Environment, options, deployment.Time, deployment.Log)
                .RevertAsync(point.Version, down, point.Former, cancellation);
        }
        catch (RowsWrittenException lost)
        {
            return NeedsPerson(point, $"The down script of {title} would drop what was written since: {string.Join(", ", lost.Tables)}");
        }
        catch (DownIncompleteException incomplete)
        {
            return NeedsPerson(point, $"The down script of {title} changed nothing, since it does not lead back: {string.Join(", ", incomplete.Titles)} would be otherwise than before");
        }
        catch (MigrationFailedException failed)
        {
            return NeedsPerson(point, $"The down script of {title} failed and changed nothing: {failed.Fact}");
        }

        var after = await MigrationState.ReadAsync(settings, point.Version, cancellation);
        return after.IsInHistory
            ? NeedsPerson(point, $"{title} is still in the history after its down script ran")
            : CompensationResult.Undone($"{title} is undone by its down script{(point.Former is null ? ", which nothing was compared with" : "")}.");
    }

    async Task<CompensationResult> DropBegunAsync(StepContext context, MigrationRestorePoint point, ConcurrentIndex begun, string title, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        try
        {
            var others = await new MigrationRunner(new(settings, context.Permit), deployment.Environment, options, deployment.Time, deployment.Log).DropBegunAsync(point.Version, begun, cancellation);
            return others is not null
                ? NeedsPerson(point, $"{title} was begun, and whether the index {begun.Name} on {begun.Table} is its own cannot be told: `{others}`")
                : CompensationResult.Undone($"{title} was begun, and the index {begun.Name} on {begun.Table} is dropped, however far it was.");
        }
        catch (MigrationLockHeldException held)
        {
            return NeedsPerson(point, $"The index {begun.Name} on {begun.Table} of {title} was begun and may be done. {held.Fact.TrimEnd('.')}");
        }
        catch (Npgsql.PostgresException refused)
        {
            return NeedsPerson(point, $"The index {begun.Name} on {begun.Table} of {title} was begun and cannot be dropped: {refused.MessageText}");
        }
    }

    CompensationResult NeedsPerson(MigrationRestorePoint point, string fact) => CompensationResult.NeedsPerson(
        $"{fact}. Undo it by hand, or restore the backup {point.Backup ?? "(none was made by this deployment)"} with `{options.RestoreCommand}`: rows written since would be lost.");
}
