using Maily.Deploy.Backups;
using Maily.Deploy.Migrations;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>What Validate asks about the database. All of it only reads.</summary>
public static class DatabaseChecks
{
    const string Area = "Database";

    static readonly string[] Stages = [BackupStage.Name, MigrateStage.Name];

    /// <summary>The checks.</summary>
    /// <param name="variables">The environment's variables; must name a database.</param>
    /// <param name="environment">The environment's name, which the database's marker must have.</param>
    /// <param name="migrations">How migrations are applied.</param>
    /// <param name="backupFolder">Where backups go: a folder, or the nearest parent that is there.</param>
    /// <exception cref="MissingVariableException">No variable names the database.</exception>
    /// <exception cref="MalformedVariableException">One does but cannot be read.</exception>
    public static IEnumerable<Check> For(Variables variables, string environment, MigrationOptions migrations, string backupFolder)
    {
        var settings = DatabaseSettings.From(variables);
        Check Reading(string name, Func<NpgsqlConnection, CancellationToken, Task<CheckResult>> read) => new(Area, name, async cancellation =>
        {
            await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
            return await read(connection, cancellation);
        }) { Stages = Stages };

        return
        [
            new(Area, "same database", _ => Task.FromResult(Agreement(variables))) { Stages = Stages },
            new(Area, "session", cancellation => SessionAsync(settings, cancellation)) { Stages = Stages },
            Reading("answers", (connection, _) => Task.FromResult(CheckResult.Pass($"PostgreSQL {connection.PostgreSqlVersion} answers at {settings}"))),
            Reading("environment", (connection, cancellation) => MarkerAsync(connection, environment, cancellation)),
            Reading("migrations", (connection, cancellation) => PendingAsync(connection, migrations, cancellation)),
            Reading("space for the backup", (connection, cancellation) => SpaceAsync(connection, backupFolder, cancellation)),
        ];
    }

    static CheckResult Agreement(Variables variables)
    {
        if (DatabaseSettings.FromUrl(variables) is not { } url || DatabaseSettings.FromParts(variables) is not { } parts)
            return CheckResult.Skip($"only one of {DatabaseSettings.UrlVariable} and DATABASE_* is set");
        var agreement = DatabaseAgreement.Between(url, parts);
        return agreement.IsSame
            ? CheckResult.Pass($"{DatabaseSettings.UrlVariable} and DATABASE_* name {url}")
            : CheckResult.Fail($"{DatabaseSettings.UrlVariable} and DATABASE_* differ: {string.Join("; ", agreement.Differences)}", "Correct the one that is wrong.");
    }

    static async Task<CheckResult> SessionAsync(DatabaseSettings settings, CancellationToken cancellation) =>
        settings.IsTransactionPooler || !await SessionProbe.IsSessionAsync(settings, cancellation)
            ? CheckResult.Fail("a pooler in transaction mode, unfit for migrations and backups", $"Put the session pooler or the direct connection (port 5432) into {DatabaseSettings.UrlVariable}.")
            : CheckResult.Pass("connections are sessions");

    static async Task<CheckResult> MarkerAsync(NpgsqlConnection connection, string environment, CancellationToken cancellation) =>
        await EnvironmentMarker.ReadAsync(connection, cancellation) switch
        {
            null => CheckResult.Warn("the database has no environment's name yet", $"The first deployment's first migration writes {environment} there."),
            var present when present == environment => CheckResult.Pass($"the database belongs to {present}"),
            var present => CheckResult.Fail($"the database belongs to {present}, not to {environment}", $"Use the secrets of {environment}."),
        };

    static async Task<CheckResult> PendingAsync(NpgsqlConnection connection, MigrationOptions options, CancellationToken cancellation)
    {
        var situation = await MigrationSituation.ReadAsync(connection, options, null, cancellation);
        foreach (var file in situation.Pending)
            MigrationPlan.For(file);
        var fact = $"{situation.Applied.Length + situation.Pending.Length} migrations, {situation.Pending.Length} pending";
        return situation.Warnings.IsEmpty ? CheckResult.Pass(fact) : CheckResult.Warn($"{fact}; {string.Join("; ", situation.Warnings)}", "Rename these files, or move them away.");
    }

    // A dump is compressed and holds no indexes: the database's size is a safe upper bound.
    static async Task<CheckResult> SpaceAsync(NpgsqlConnection connection, string folder, CancellationToken cancellation)
    {
        var needed = await connection.FindAsync<long>("select pg_database_size(current_database())", cancellation);
        var present = Path.GetFullPath(folder);
        while (!Directory.Exists(present) && Path.GetDirectoryName(present) is { } parent)
            present = parent;
        var free = new DriveInfo(present).AvailableFreeSpace;
        return free > needed
            ? CheckResult.Pass($"{Megabytes(free)} free for a database of {Megabytes(needed)}")
            : CheckResult.Fail($"{Megabytes(free)} free in {present}, and the database has {Megabytes(needed)}", "Free space there, or name another place with MAILY_BACKUP_FOLDER.");
    }

    static string Megabytes(long bytes) => $"{bytes / 1_000_000:#,0} MB";
}
