using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Backups;
using Maily.Deploy.Contracts;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>What migrations make of an empty Supabase database.</summary>
/// <param name="Before">The catalog after the first ones.</param>
/// <param name="After">The catalog after the others too.</param>
/// <param name="Statements">What each statement of the others did.</param>
public sealed record ReplayedSchemas(DatabaseCatalog Before, DatabaseCatalog After, ImmutableArray<MeasuredStatement> Statements)
{
    /// <summary>What of the live code does not work any more after each of the others.</summary>
    public ImmutableArray<MigrationFit> Fits { get; init; } = [];

    /// <summary>What of the code that comes does not work after all of them.</summary>
    public ImmutableArray<ContractBreak> NextBreaks { get; init; } = [];

    /// <summary>What each of the others changes in the schema, by version: kinds and names, so that its way back can be held to them.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Changes { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>A down script that does not lead back to the schema before; null where all do.</summary>
    public DownFault? DownFault { get; init; }

    /// <summary>Whose contracts were tried.</summary>
    public LiveContracts Live { get; init; } = LiveContracts.None;

    /// <summary>Services of the code that comes without a contract.</summary>
    public ImmutableArray<string> NextMissing { get; init; } = [];
}

/// <summary>A down script that does not undo its migration.</summary>
/// <param name="File">The migration.</param>
/// <param name="Path">The script.</param>
/// <param name="Reason">What is otherwise after it, or after the migration is applied again.</param>
public sealed record DownFault(MigrationFile File, string Path, string Reason);

/// <summary>Whether the live code works once a migration, and those before it, are applied.</summary>
/// <param name="File">The migration.</param>
/// <param name="Breaks">What does not work and did before.</param>
public sealed record MigrationFit(MigrationFile File, ImmutableArray<ContractBreak> Breaks);

/// <summary>
/// Runs migrations on a scratch database with the target's shape and no rows, and reads what comes of it. Only reads the target. The
/// same question is answered once: Validate, Migrate and VerifySchema of one run ask it again.
/// </summary>
/// <param name="target">The database; only read.</param>
/// <param name="server">Where scratch databases are made.</param>
/// <param name="contracts">What code asks for; null where nobody has contracts.</param>
/// <param name="processes">Runs pg_dump.</param>
/// <param name="time">The clock.</param>
public sealed class SchemaReplay(DatabaseSettings target, ScratchServer server, ReleaseContracts? contracts, ProcessRunner processes, TimeProvider time)
{
    readonly Dictionary<string, Task<ReplayedSchemas>> answers = new(StringComparer.Ordinal);
    readonly Lock gate = new();

    /// <summary>Where scratch databases are made.</summary>
    public ScratchServer Server { get; } = server;

    /// <summary>Runs <paramref name="before"/>, then, statement by statement and watched, <paramref name="then"/>.</summary>
    /// <exception cref="ScratchUnfitException">The scratch server cannot hold what the target holds.</exception>
    /// <exception cref="ReplayFailedException">A migration of <paramref name="before"/> fails on a database without rows.</exception>
    /// <exception cref="MigrationFailedException">One of <paramref name="then"/> fails.</exception>
    public Task<ReplayedSchemas> RunAsync(ImmutableArray<MigrationFile> before, ImmutableArray<MigrationFile> then, CancellationToken cancellation)
    {
        var question = $"{Fingerprint(before)}/{Fingerprint(then)}";
        lock (gate)
        {
            if (!answers.TryGetValue(question, out var answer) || answer.IsFaulted || answer.IsCanceled)
                answer = answers[question] = ReplayAsync(before, then, cancellation);
            return answer.WaitAsync(cancellation);
        }
    }

    /// <summary>The scratch database with these migrations applied, for whoever wants to try something on it; the caller disposes it.</summary>
    /// <exception cref="ScratchUnfitException">The scratch server cannot hold what the target holds.</exception>
    /// <exception cref="ReplayFailedException">A migration fails on a database without rows.</exception>
    public Task<ScratchDatabase> BuildAsync(ImmutableArray<MigrationFile> migrations, CancellationToken cancellation) => BuildAsync(migrations, [], cancellation);

    // The target may have had those that come, and then has their extensions.
    async Task<ScratchDatabase> BuildAsync(ImmutableArray<MigrationFile> migrations, ImmutableArray<MigrationFile> coming, CancellationToken cancellation)
    {
        ScratchTarget fitting;
        var made = MadeByMigrations.Of([.. migrations, .. coming]);
        await using (var connection = await new ReadOnlyDatabase(target).OpenAsync(cancellation))
            fitting = await Server.FitAsync(connection, made.NamedExtensions, cancellation);
        var tools = await PostgresTools.FindAsync(fitting.Major, processes, cancellation);
        var scratch = await ScratchDatabase.CreateAsync(Server, fitting, tools, time, cancellation);
        try
        {
            await new PlatformShape(target, tools, processes).CopyAsync(scratch, made, cancellation);
            await using var connection = await scratch.OpenAsync(cancellation);
            await MigrationHistory.EnsureAsync(connection, cancellation);
            foreach (var file in migrations)
            {
                await ScratchMigrator.ApplyAsync(connection, file, cancellation);
                await ScratchMigrator.RecordAsync(connection, file, cancellation);
            }

            return scratch;
        }
        catch (MigrationFailedException failed)
        {
            await scratch.DisposeAsync();
            throw new ReplayFailedException(failed);
        }
        catch
        {
            await scratch.DisposeAsync();
            throw;
        }
    }

    async Task<ReplayedSchemas> ReplayAsync(ImmutableArray<MigrationFile> before, ImmutableArray<MigrationFile> then, CancellationToken cancellation)
    {
        await using var scratch = await BuildAsync(before, then, cancellation);
        await using var connection = await scratch.OpenAsync(cancellation);
        var first = await DatabaseCatalog.ReadAsync(connection, cancellation);
        if (then.IsEmpty)
            return new(first, first, []);
        await RewriteWatch.SetAsync(scratch, cancellation);
        var (live, next) = contracts is null ? (LiveContracts.None, []) : (await contracts.LiveAsync(cancellation), await contracts.NextAsync(cancellation));
        var trial = new ContractRun(connection);
        var known = await trial.TryAsync(live.Contracts, cancellation);
        var fits = ImmutableArray.CreateBuilder<MigrationFit>();
        var steps = ImmutableArray.CreateBuilder<(MigrationFile, DatabaseCatalog)>();
        var changes = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var last = first;
        var statements = await new MeasuringMigrator(connection, time).ApplyAsync(then, async (file, token) =>
        {
            steps.Add((file, last));
            var made = await DatabaseCatalog.ReadAsync(connection, token);
            changes[file.Version] = [.. made.DifferencesFrom(last).Select(difference => difference.Title)];
            last = made;
            var broken = (await trial.TryAsync(live.Contracts, token)).Where(one => !known.Any(before => (before.Service, before.Name) == (one.Service, one.Name)));
            fits.Add(new(file, [.. broken, .. CatalogTightening.Find(live.Contracts, first, last)]));
        }, cancellation);
        var breaks = await trial.TryAsync(next, cancellation);
        var fault = await DownTrial.FindFaultAsync(connection, steps.ToImmutable(), last, cancellation);
        return new(first, last, statements) { Fits = fits.ToImmutable(), NextBreaks = breaks, Changes = changes.ToImmutable(), DownFault = fault, Live = live, NextMissing = contracts?.NextMissing ?? [] };
    }

    static string Fingerprint(ImmutableArray<MigrationFile> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Title}\0{file.Text}\0")))));
}

/// <summary>Migrations that the target has had once cannot be run on a database without rows, so that nothing can be compared.</summary>
public sealed class ReplayFailedException(MigrationFailedException failed)
    : DeployException($"An applied migration cannot be run again on an empty database: {failed.Fact}",
        "Make it work without rows (a migration must, for every new developer's database), or deploy with --accept-drift and a reason.", failed.Evidence, failed)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
