using Maily.Deploy.Migrations;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>What somebody accepts about the database; it is journalled and reported.</summary>
public interface IHazDatabaseConsent : IHazReason
{
    /// <summary>Deploys although the schema is not what its migrations make.</summary>
    [Parameter("Deploys although the schema is not what its migrations make; needs --reason")]
    bool AcceptDrift => TryGetValue<bool?>(() => AcceptDrift) ?? false;

    /// <summary>Deploys although code and schema do not fit for some time.</summary>
    [Parameter("Deploys although live code does not work on the new schema, or old code on the present one; needs --reason")]
    bool AcceptDowntime => TryGetValue<bool?>(() => AcceptDowntime) ?? false;

    /// <summary>Gives up restoring the backup, and trying migrations where there is no scratch server.</summary>
    [Parameter("Migrates without restoring the backup first: nobody knows then whether it can be restored")]
    bool SkipRestoreCheck => TryGetValue<bool?>(() => SkipRestoreCheck) ?? false;

    /// <summary>All of it.</summary>
    /// <exception cref="ReasonMissingException">Something is accepted without a reason.</exception>
    sealed DatabaseConsent DatabaseConsent => (AcceptDrift || AcceptDowntime) && string.IsNullOrWhiteSpace(Reason)
        ? throw new ReasonMissingException(AcceptDrift ? "--accept-drift" : "--accept-downtime")
        : new() { Drift = AcceptDrift, Downtime = AcceptDowntime, NoRestoreCheck = SkipRestoreCheck, Reason = Reason };
}

/// <summary>Something was accepted and it was not said why.</summary>
public sealed class ReasonMissingException(string flag)
    : DeployException($"{flag} was given without a reason.", $"Say why: {flag} --reason \"...\". It stands in the journal and in the report.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
