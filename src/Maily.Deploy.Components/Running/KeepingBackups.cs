using Maily.Deploy.Backups.Retention;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Components;

/// <summary>Lists backups, or expires them and writes down what was deleted. Exit codes: 3 refused, 2 a person must act.</summary>
sealed class KeepingBackups(IHazDeployment build)
{
    /// <summary>Lists, or expires.</summary>
    public Task RunAsync(bool expire, CancellationToken cancellation) => ExitCodes.SetAsync(build, nameof(IBackups.Backups), async () =>
    {
        var loaded = await build.Session.LoadAsync(build, cancellation);
        var catalog = new BackupCatalog(SetupOf(build, loaded), build.Environment, build.Session.Time);
        if (expire)
            await ExpireAsync(catalog, loaded.Log, cancellation);
        foreach (var backup in (await catalog.ListAsync(cancellation)).Select(LineOf).DefaultIfEmpty("no backups"))
            loaded.Log.LogInformation("{Line}", backup);
    });

    /// <summary>The environment's backups.</summary>
    /// <exception cref="NoBackupsException">The definition names none.</exception>
    public static BackupSetup SetupOf(IHazDeployment build, DeploymentSession.Loaded loaded) =>
        loaded.Definition.Backups?.Invoke() ?? throw new NoBackupsException(build.Environment);

    async Task ExpireAsync(BackupCatalog catalog, ILogger log, CancellationToken cancellation)
    {
        await using var store = await build.Session.OpenStoreAsync(build, cancellation);
        var report = await catalog.ExpireAsync(store, cancellation);
        foreach (var backup in report.Deleted)
            log.LogInformation("deleted {Backup}: {Reason}", backup.Id, backup.Reason);
        var path = await report.WriteAsync(build.RootDirectory / "artifacts" / "backups", cancellation);
        log.LogInformation("{Deleted} deleted and gone from {Location}, {Kept} kept: {Path}", report.Deleted.Length, report.Location, report.Kept.Length, path);
    }

    static string LineOf(ListedBackup backup) => backup.Receipt is not { } receipt
        ? $"{backup.Id}  {backup.Damage ?? "not complete"}  {backup.Address}"
        : $"{backup.Id}  {receipt.Environment}  {receipt.At:u}  {receipt.Bytes / 1_000_000.0:0.0} MB  {receipt.Tables.Length + receipt.Managed.Length} tables  {receipt.Rows} rows"
            + $"  {(receipt.KeyId is { } key ? $"key {key}" : "not sealed")}  expires {backup.Expires:u}  {backup.Address}";
}

/// <summary>The product's definition names no backups.</summary>
public sealed class NoBackupsException(string environment)
    : DeployException($"The definition of {environment} says nothing of backups.", "Set Backups in its DeploymentDefinition.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
