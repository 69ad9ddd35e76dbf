using System.Collections.Immutable;
using Maily.Deploy.Aws;

namespace Maily.Deploy.Validation;

/// <summary>Whether AWS knows the keys, and in the right account.</summary>
public static class AwsChecks
{
    /// <summary>The checks.</summary>
    /// <param name="settings">Keys and region.</param>
    /// <param name="recordedAccount">The account as recorded for the environment (12 digits); null where none is.</param>
    public static ImmutableArray<Check> For(AwsSettings settings, string? recordedAccount) =>
    [
        new Check("AWS", "identity", async cancellation => Judge(await AwsIdentity.ReadAsync(settings, cancellation), recordedAccount))
        {
            Stages = ["Provision", "DeployK8s", "DeployAiServices"],
        },
    ];

    static CheckResult Judge(AwsIdentity identity, string? recordedAccount) =>
        recordedAccount is null || recordedAccount == identity.Account
            ? CheckResult.Pass($"{identity.Arn}")
            : CheckResult.Fail($"the keys belong to account {identity.Account}, not to the one recorded for this environment",
                "These may be another environment's secrets: use this environment's own.");
}
