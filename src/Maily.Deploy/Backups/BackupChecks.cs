using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Backups;

/// <summary>What Validate asks about backups. It only reads.</summary>
public static class BackupChecks
{
    /// <summary>The checks.</summary>
    /// <param name="variables">The environment's variables.</param>
    /// <param name="policy">Whether backups must be sealed there.</param>
    public static IEnumerable<Check> For(Variables variables, EnvironmentPolicy policy) =>
    [
        new("Backup", "backup key", _ => Task.FromResult(Key(variables, policy))) { Stages = [BackupStage.Name] },
        new("Backup", "place", _ => Task.FromResult(Place(variables))) { Stages = [BackupStage.Name] },
    ];

    // Malformed variables are errors of their own here too.
    static CheckResult Place(Variables variables)
    {
        var kept = RetentionPolicy.From(variables);
        return CheckResult.Pass($"{BackupStores.Find(variables)?.Location ?? "the deployment's own folder"}, the last {kept.Last}, {kept.Daily} daily and {kept.Weekly} weekly ones, for at most {kept.Expiry.TotalDays:0.##} days");
    }

    // A malformed key is an error of its own, which the check's runner shows.
    static CheckResult Key(Variables variables, EnvironmentPolicy policy) => BackupKeys.From(variables) switch
    {
        { } keys => CheckResult.Pass($"backups are sealed with {keys.Current}{(keys.All.Length > 1 ? $", and {keys.All.Length - 1} more open older ones" : "")}"),
        null when policy.RequiresSealedBackups => CheckResult.Fail(
            $"{BackupKeys.Variable} is not set, and backups of {policy.Environment} hold people's data", BackupKeys.HowToMake),
        null => CheckResult.Warn($"{BackupKeys.Variable} is not set: backups are not sealed", BackupKeys.HowToMake),
    };
}

/// <summary>Backups must be sealed here, and there is no key.</summary>
public sealed class BackupKeyRequiredException(string environment)
    : DeployException($"{BackupKeys.Variable} is not set, and backups of {environment} must be sealed.", BackupKeys.HowToMake)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
